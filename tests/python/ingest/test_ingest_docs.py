"""Every example of docs/ingest.md runs."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "ingest.md"


def test_every_example_of_the_page_runs():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried > 8
    assert failed == 0
