"""Every "after" of docs/migration.md runs, from top to bottom."""

import doctest
import re
from pathlib import Path

from truebook.compat import _done, _state

PAGE = Path(__file__).parents[3] / "docs" / "migration.md"


def test_every_after_of_the_page_runs_in_order(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert len(blocks) > 9
    assert "Total trades in memory: 3" in capsys.readouterr().out


def test_every_example_of_a_docstring_runs():
    for module in (_done, _state):
        failed, tried = doctest.testmod(module)
        assert tried > 0 and failed == 0
