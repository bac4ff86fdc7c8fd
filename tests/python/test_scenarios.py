"""Every file under scenarios/: as it is written, reopened between all steps, and threaded."""

import inspect
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import truebook

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
REQUIRED = "01 02 03 04 05 06 07 08 09 10 11 12 13 14 16 18 19 21 22 23 24 28 29".split()
REQUIRED += "30 31 35 36".split()

PRICES = {"quote", "price", "mark_price"}
READS = {"would_refuse", "state"}
CALLS = PRICES | READS
CALLS |= set("add_instrument add_account deposit withdraw adjust transfer funding dividend".split())
CALLS |= set("interest split adopt venue_balance venue_position submit amend accept reject".split())
CALLS |= set("cancel_request cancel_reject canceled expire mark_unknown fill bust".split())
CALLS |= set("late_fee halt reduce resume set_state acknowledge bar observe alert".split())
EXPECT = {"duplicate", "quarantined", "refused", "error", "says", "returns"}
OPEN = {"mode", "config"}
FINAL = {"position", "balance", "order", "strategy", "portfolio", "state"}
NOTHING = "absent"


class Malformed(Exception):
    """A scenario that says what nobody reads."""


def only(where, found, allowed):
    """Refuse keys that nobody reads."""
    unknown = sorted(set(found) - set(allowed))
    if unknown:
        raise Malformed(f"{where}: found {unknown}, allowed: {sorted(allowed)}")


def same(expected, actual):
    """Whether a value is what the file says; a Decimal is written as text, None as "absent"."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = expected.keys() == actual.keys()
        return keys and all(same(value, actual[key]) for key, value in expected.items())
    if actual is None:
        return expected == NOTHING
    if isinstance(actual, Decimal):
        return isinstance(expected, str) and Decimal(expected) == actual
    return type(expected) is type(actual) and expected == actual


class Scenario:
    """One file, checked before anything is run."""

    def __init__(self, path, text=None):
        self.file = path.name
        self.document = tomllib.loads(path.read_text() if text is None else text)
        only(self.file, self.document, {"name", "seen", "open", "step", "final"})
        only(f"{self.file} [open]", self.document.get("open", {}), OPEN)
        self.steps = [
            (f"{self.file} step {number} ({step.get('do')})", *self.read(number, step))
            for number, step in enumerate(self.document["step"], 1)
        ]
        only(f"{self.file} [final]", self.document["final"], FINAL)

    def read(self, number, step):
        """What a step does, with what, and what is expected of it."""
        where = f"{self.file} step {number}"
        only(where, step, {"do", "args", "expect"})
        do, args, expect = step["do"], dict(step.get("args", {})), step.get("expect", {})
        if do == "restart":
            only(where, step, {"do"})
            return do, args, expect
        only(where, {do}, CALLS)
        only(f"{where} expect", expect, EXPECT)
        if ("returns" in expect) != (do in READS):
            raise Malformed(f"{where}: 'returns' belongs to {sorted(READS)}")
        if do in ("submit", "would_refuse"):
            self.check_type(where, args)
        parameters = inspect.signature(getattr(truebook.Book, do)).parameters
        only(f"{where} args", args, set(parameters) - {"self"})
        return do, args, expect

    def check_type(self, where, args):
        """Drop the type of an order, which its prices say too."""
        words = {
            (False, False): "market",
            (True, False): "limit",
            (False, True): "stop",
            (True, True): "stop_limit",
        }
        meant = words["price" in args, "stop" in args]
        if args.pop("type", meant) != meant:
            raise Malformed(f"{where} args: type: the prices say '{meant}'")

    def run(self, folder, *, threading="inline", reopens=False):
        """Run it; what can be read at its end."""
        settings = self.document.get("open", {})
        config = None
        if "config" in settings:
            config = folder / "config.toml"
            config.write_text(settings["config"])

        def reopen():
            return truebook.open(
                folder / "book.db",
                config=config,
                mode=settings.get("mode", "live"),
                threading=threading,
                clock="event",
            )

        book, prices = reopen(), {}
        try:
            for number, (where, do, args, expect) in enumerate(self.steps):
                if do == "restart" or (reopens and number > 0):
                    book.close()
                    book = reopen()
                    for (again, _), known in prices.items() if reopens else ():
                        getattr(book, again)(**known)
                    if reopens and do != "restart":
                        book.acknowledge()
                if do == "restart":
                    continue
                check(where, book, do, args, expect)
                if do in PRICES:
                    # The newest is said last again, or it would not be the mark.
                    prices.pop((do, args["symbol"]), None)
                    prices[do, args["symbol"]] = args
            self.check_final(book)
            return book.positions(), book.orders(), book.portfolio()
        finally:
            book.close()

    def check_final(self, book):
        """What must stand at the end."""
        for what, tables in self.document["final"].items():
            entries = {"": tables} if what == "portfolio" else tables
            for key, attributes in entries.items():
                where = f"{self.file} final {what} {key}".rstrip()
                found = {}
                record = read(book, what, key)
                assert record is not None, f"{where}: is not there"
                for name in attributes:
                    real = "signed_qty" if (what, name) == ("position", "qty") else name
                    if isinstance(record, dict):
                        only(where, [name], record)
                        found[name] = record[name]
                    else:
                        known = [each for each in dir(record) if not each.startswith("_")]
                        only(where, [real], known)
                        found[name] = getattr(record, real)
                wrong = {
                    name: f"expected {value!r}, found {found[name]!r}"
                    for name, value in attributes.items()
                    if not same(value, found[name])
                }
                assert not wrong, f"{where}: {wrong}"
        assert book.portfolio().difference == 0, f"{self.file}: the identity does not hold"


def read(book, what, key):
    """What the book says of one thing; of "SYMBOL@STRATEGY#ACCOUNT", what follows is optional."""
    if what == "portfolio":
        return book.portfolio()
    if what == "state":
        return {"value": book.state(key)}
    if what == "order":
        return book.order(key)
    if what == "strategy":
        return book.strategy(key)
    rest, _, account = key.partition("#")
    owner = {"account": account} if account else {}
    if what == "balance":
        return book.balance(rest, **owner)
    symbol, _, strategy = rest.partition("@")
    return book.position(symbol, strategy=strategy or None, **owner)


def check(where, book, do, args, expect):
    """One step: what is not expected of it must not be."""
    try:
        answer = getattr(book, do)(**args)
    except truebook.Refused as refused:
        actual = refused.status
        assert actual == expect.get("refused"), f"{where}: refused {actual}, expected {expect}"
        return
    except truebook.Error as error:
        actual = type(error).__name__
        assert actual == expect.get("error"), f"{where}: {error!r}, expected {expect}"
        assert expect.get("says", "") in str(error), f"{where}: {error}, expected {expect}"
        return
    if "refused" in expect or "error" in expect:
        pytest.fail(f"{where}: {answer!r}, expected {expect}")
    if do in READS:
        expected = expect["returns"]
        assert same(expected, answer), f"{where}: {answer!r}, expected {expected!r}"
    elif answer is not None:
        actual = (answer.duplicate, answer.quarantined)
        wanted = (expect.get("duplicate", False), expect.get("quarantined"))
        assert actual == wanted, f"{where}: (duplicate, quarantined) {actual}, expected {wanted}"


def each_file(function):
    """Once for each file."""
    return pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)(function)


@each_file
def test_it_ends_as_the_file_says(path, tmp_path):
    Scenario(path).run(tmp_path)


@each_file
def test_it_ends_the_same_when_reopened_between_all_steps(path, tmp_path):
    (tmp_path / "once").mkdir()
    (tmp_path / "often").mkdir()
    scenario = Scenario(path)
    once = scenario.run(tmp_path / "once")
    assert scenario.run(tmp_path / "often", reopens=True) == once


@each_file
def test_it_ends_the_same_on_a_thread_of_its_own(path, tmp_path):
    Scenario(path).run(tmp_path, threading="engine")


def test_every_row_has_its_one_file():
    names = [path.name for path in FILES]
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]+\.toml", name) for name in names), names
    numbers = [name[:2] for name in names]
    assert len(set(numbers)) == len(numbers)
    assert set(REQUIRED) <= set(numbers), sorted(set(REQUIRED) - set(numbers))


def test_every_file_says_where_its_own_failure_was_seen():
    seen = [Scenario(path).document["seen"] for path in FILES]
    assert len(set(seen)) == len(seen)
    assert all(seen) and all(Scenario(path).document["name"] for path in FILES)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("do = 'explode'", "step 1: found .'explode'."),
        ("do = 'halt'\nargs = { why = 'x' }", "step 1 args: found .'why'."),
        ("do = 'halt'\nexpect = { gone = true }", "step 1 expect: found .'gone'."),
        ("do = 'halt'\nwhen = 1", "step 1: found .'when'."),
        ("do = 'restart'\nargs = { a = 1 }", "step 1: found .'args'."),
        ("do = 'state'\nargs = { key = 'a' }", "step 1: 'returns'"),
        ("do = 'submit'\nargs = { price = '1', type = 'stop' }", "the prices say 'limit'"),
    ],
)
def test_what_nobody_reads_is_named_with_its_file(line, says):
    text = f"name = 'n'\nseen = 's'\n[[step]]\n{line}\n[final]\n"
    with pytest.raises(Malformed, match=rf"^99-x.toml .*{says}"):
        Scenario(Path("99-x.toml"), text)
