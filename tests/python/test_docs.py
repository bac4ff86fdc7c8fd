"""The pages on Python say what is so."""

import doctest
from pathlib import Path

import pytest

import truebook
import truebook._listener

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["python.md", "bars.md", "strategies.md"])
def test_the_examples_of_a_page_run_and_say_what_they_say(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = doctest.testfile(str(DOCS / page), module_relative=False)
    assert ended.attempted > 5 and ended.failed == 0


@pytest.mark.parametrize("module", [truebook, truebook._listener, truebook._strategies])
def test_the_examples_of_the_package_run(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", ["BarSynchronizer", "bars", "features", "pair_features"])
def test_the_examples_of_the_compiled_part_run(name):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    ended = runner.run(parser.get_doctest(getattr(truebook, name).__doc__, {}, name, None, 0))
    assert ended.attempted > 2 and ended.failed == 0


def test_the_help_says_what_everything_is():
    import pydoc

    text = pydoc.render_doc(truebook, renderer=pydoc.plaintext)
    for name in truebook.__all__:
        assert name in text
