"""The package: what it ships, names and documents."""

import importlib.metadata
import importlib.resources
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import truebook
from truebook import _truebook

PUBLIC = [
    "Applied",
    "Balance",
    "Bar",
    "BarSet",
    "BarSynchronizer",
    "Book",
    "ClosedError",
    "ClosedPosition",
    "Error",
    "Event",
    "InvalidType",
    "InvalidValue",
    "Listener",
    "Order",
    "Pnl",
    "Portfolio",
    "Position",
    "Records",
    "Refused",
    "RoutedOrder",
    "Signal",
    "Status",
    "StoreError",
    "Strategy",
    "StrategyRunner",
    "Subscription",
    "Table",
    "UnknownInstrument",
    "View",
    "bars",
    "features",
    "open",
    "pair_features",
]
CLASSES = [
    truebook.Applied,
    truebook.Balance,
    truebook.Bar,
    truebook.BarSet,
    truebook.BarSynchronizer,
    truebook.Book,
    truebook.ClosedPosition,
    truebook.Event,
    truebook.Order,
    truebook.Portfolio,
    truebook.Position,
    truebook.Records,
    truebook.Status,
    truebook.Strategy,
    truebook.Subscription,
    truebook.Table,
    truebook.View,
]


def members(found):
    """The public methods and properties of a class."""
    return [(name, member) for name, member in vars(found).items() if not name.startswith("_")]


def test_all_names_every_public_object_and_nothing_else():
    assert sorted(truebook.__all__) == PUBLIC
    public = {
        name
        for name, found in vars(truebook).items()
        if not name.startswith("_") and not inspect.ismodule(found)
    }
    assert public == set(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_object_has_a_docstring(name):
    assert inspect.getdoc(getattr(truebook, name))


@pytest.mark.parametrize("found", CLASSES)
def test_every_public_member_has_a_docstring(found):
    assert members(found)
    assert [name for name, member in members(found) if not inspect.getdoc(member)] == []


@pytest.mark.parametrize("found", CLASSES)
def test_every_class_is_made_by_the_book_alone_and_is_final(found):
    with pytest.raises(TypeError):
        found()
    with pytest.raises(TypeError):
        type("Mine", (found,), {})
    assert found.__module__ == "truebook"


def test_signatures_are_readable_and_keyword_only_after_the_subject():
    signature = inspect.signature(truebook.Book.fill)
    by_place = [
        name
        for name, found in signature.parameters.items()
        if found.kind is found.POSITIONAL_OR_KEYWORD
    ]
    assert by_place == ["symbol", "side", "qty", "price"]
    assert signature.parameters["trade_id"].kind is inspect.Parameter.KEYWORD_ONLY
    assert list(inspect.signature(truebook.open).parameters) == [
        "path",
        "config",
        "mode",
        "threading",
        "clock",
        "durability",
        "pin",
        "wait",
    ]


def test_the_types_are_shipped():
    files = importlib.resources.files("truebook")
    assert files.joinpath("py.typed").is_file()
    assert files.joinpath("_truebook.pyi").is_file()


def test_the_stubs_match_the_compiled_module(tmp_path):
    pytest.importorskip("mypy.stubtest")
    command = [sys.executable, "-m", "mypy.stubtest", "truebook"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_types_accept_good_calls_and_refuse_bad_ones(tmp_path):
    api = pytest.importorskip("mypy.api")
    good = tmp_path / "good.py"
    good.write_text(
        "from decimal import Decimal\n"
        "from pathlib import Path\n"
        "import truebook\n"
        "with truebook.open(Path('a.db'), mode='live', threading='inline') as book:\n"
        "    for number in ('1', 1, 1.5, Decimal(1)):\n"
        "        booked: truebook.Applied = book.deposit('USD', number)\n"
        "    average: Decimal | None = book.position('A', strategy='s').avg_px\n"
        "    fees: dict[str, Decimal] = book.position('A').fees\n"
        "    book.quote('A', None, 1)\n"
        "    rule: str | None = book.would_refuse('A', 'buy', 1)\n"
        "try:\n"
        "    pass\n"
        "except truebook.Refused as refused:\n"
        "    status: str = refused.status\n"
    )
    bad = tmp_path / "bad.py"
    bad.write_text(
        "import truebook\n"
        "book = truebook.open(mode='demo')\n"
        "book.deposit('USD', None)\n"
        "book.deposit('USD', b'1')\n"
        "book.fill('A', 'BUY', 1, 1, trade_id='t')\n"
        "book.fill('A', 'buy', 1, 1, 't')\n"
        "book.position('A').qty = 1\n"
        "truebook.Book().nothing()\n"
    )
    options = ["--strict", "--cache-dir", str(tmp_path / "cache")]
    text, _, code = api.run([*options, str(good)])
    assert code == 0, text
    text, _, code = api.run([*options, str(bad)])
    wrong = {int(line.split(":")[1]) for line in text.splitlines() if ": error:" in line}
    assert wrong == {2, 3, 4, 5, 6, 7, 8}, text


def test_the_package_is_clean_in_pyright():
    begin = [sys.executable, "-m", "pyright"]
    # It fetches its own JavaScript the first time.
    ready = subprocess.run([*begin, "--version"], capture_output=True, text=True, timeout=300)
    if ready.returncode:
        pytest.skip(f"pyright does not start: {ready.stderr.strip()[-200:]}")
    package = Path(truebook.__file__).parent
    command = [*begin, "--pythonpath", sys.executable, str(package)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_package_needs_no_other():
    assert not importlib.metadata.requires("truebook")


def test_importing_takes_the_standard_library_alone():
    code = (
        "import json, sys; before = set(sys.modules); import truebook, truebook.__main__;"
        "print(json.dumps(sorted({name.split('.')[0] for name in set(sys.modules) - before})))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    taken = set(json.loads(ended.stdout))
    assert taken - set(sys.stdlib_module_names) == {"truebook"}


def test_importing_starts_no_thread_and_prints_nothing():
    code = "import threading, truebook; assert threading.active_count() == 1"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("", "")


def test_the_compiled_module_is_private_and_says_what_it_has():
    assert sorted(_truebook.__all__) == [
        "Applied",
        "Balance",
        "Bar",
        "BarSet",
        "BarSynchronizer",
        "Book",
        "ClosedPosition",
        "Event",
        "Order",
        "Pnl",
        "Portfolio",
        "Position",
        "Records",
        "Status",
        "Strategy",
        "StrategyDesk",
        "Subscription",
        "Table",
        "View",
        "bars",
        "features",
        "open",
        "pair_features",
        "run_cli",
    ]
    assert _truebook.__doc__


def test_the_command_is_installed():
    found = importlib.metadata.entry_points(group="console_scripts", name="truebook")
    assert [entry.value for entry in found] == ["truebook.__main__:main"]
