"""What is refused: with which exception, and what its text names."""

import math
import os
import pickle
import sqlite3
import subprocess
import sys
import threading
from decimal import Decimal

import pytest

import truebook


@pytest.fixture
def book():
    """A book in memory with one spot pair."""
    with truebook.open() as book:
        book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
        yield book


# --- The tree ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Error", Exception),
        ("Refused", Exception),
        ("ClosedError", Exception),
        ("StoreError", OSError),
        ("InvalidValue", ValueError),
        ("UnknownInstrument", KeyError),
    ],
)
def test_every_exception_is_ours_and_what_python_calls_it(name, base):
    found = getattr(truebook, name)
    assert issubclass(found, truebook.Error)
    assert issubclass(found, base)


def test_a_refusal_has_its_status_and_its_detail():
    refused = truebook.Refused("NoPrice", "BTC-USD")
    assert (refused.status, refused.detail) == ("NoPrice", "BTC-USD")
    assert str(refused) == "NoPrice: BTC-USD"
    assert truebook.Refused("NoPrice").detail == ""
    assert str(truebook.Refused("NoPrice")) == "NoPrice"


def test_a_refusal_goes_through_pickle_unchanged():
    refused = pickle.loads(pickle.dumps(truebook.Refused("NoPrice", "BTC-USD")))
    assert (refused.status, refused.detail) == ("NoPrice", "BTC-USD")


def test_an_exception_is_named_by_its_public_module():
    for name in truebook.__all__:
        assert getattr(truebook, name).__module__ in ("truebook", "truebook._truebook")


# --- Numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "booked"),
    [
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-18, "0.000000000000000001"),
        (1e-19, None),
        (1.1, "1.1"),
        (1e-07, "0.0000001"),
        (123456.789, "123456.789"),
        (1e16, "10000000000000000"),
        (7, "7"),
        ("0.10", "0.1"),
        ("1e3", "1000"),
        (Decimal("0.00000001"), "0.00000001"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_a_number_is_taken_by_its_shortest_text_or_refused(book, given, booked):
    if booked is None:
        with pytest.raises(truebook.InvalidValue, match="digits"):
            book.deposit("USD", given)
    else:
        book.deposit("USD", given)
    assert book.balance("USD").total == Decimal(booked or 0)


@pytest.mark.parametrize(
    "given",
    [
        math.nan,
        math.inf,
        -math.inf,
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        "nan",
        "inf",
        "",
        "abc",
        "1,5",
        "0x10",
        "--1",
        "1.2.3",
        "\u0661",
        "\x00",
        10**40,
        -(10**40),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("1" * 5000, id="5000 digits"),
        pytest.param(10**5000, id="10**5000"),
    ],
)
def test_what_is_no_number_is_refused_by_name_and_value(book, given):
    with pytest.raises(truebook.InvalidValue, match=r"amount: found .*, allowed: a decimal number"):
        book.deposit("USD", given)
    assert book.balance("USD").total == 0


@pytest.mark.parametrize(
    "given", [True, False, None, b"1", bytearray(b"1"), [1], (1,), {}, 1j, object(), Decimal]
)
def test_another_type_than_a_number_is_refused_by_name_and_type(book, given):
    with pytest.raises(truebook.InvalidValue) as raised:
        book.deposit("USD", given)
    found = type(given).__name__
    assert str(raised.value) == f"amount: found {found}, allowed: str, int, float or Decimal"


@pytest.mark.parametrize("bad", [math.nan, math.inf, True, b"1", "x"])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("amount", lambda book, bad: book.deposit("USD", bad)),
        ("amount", lambda book, bad: book.withdraw("USD", bad)),
        ("bid", lambda book, bad: book.quote("BTC-USD", bad, 1)),
        ("ask", lambda book, bad: book.quote("BTC-USD", 1, bad)),
        ("last", lambda book, bad: book.price("BTC-USD", bad)),
        ("qty", lambda book, bad: book.fill("BTC-USD", "buy", bad, 1, trade_id="a")),
        ("price", lambda book, bad: book.fill("BTC-USD", "buy", 1, bad, trade_id="a")),
        ("fee", lambda book, bad: book.fill("BTC-USD", "buy", 1, 1, trade_id="a", fee=bad)),
        ("qty", lambda book, bad: book.submit("BTC-USD", "buy", bad)),
        ("price", lambda book, bad: book.submit("BTC-USD", "buy", 1, price=bad)),
        ("qty", lambda book, bad: book.would_refuse("BTC-USD", "buy", bad)),
        ("price", lambda book, bad: book.would_refuse("BTC-USD", "buy", 1, price=bad)),
        *(
            (
                name,
                lambda book, bad, name=name: book.add_instrument(
                    "A", base="A", quote="USD", price_precision=2, qty_precision=2, **{name: bad}
                ),
            )
            for name in ("tick", "lot", "maker_fee", "taker_fee", "min_notional")
        ),
    ],
)
def test_every_parameter_refuses_what_is_no_number_by_its_name(book, name, call, bad):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        call(book, bad)
    assert book.portfolio().sequence == before


@pytest.mark.parametrize("none", ["amount", "last", "qty", "price"])
def test_none_is_refused_where_a_number_must_be(book, none):
    call = {
        "amount": lambda: book.deposit("USD", None),
        "last": lambda: book.price("BTC-USD", None),
        "qty": lambda: book.fill("BTC-USD", "buy", None, 1, trade_id="a"),
        "price": lambda: book.fill("BTC-USD", "buy", 1, None, trade_id="a"),
    }[none]
    with pytest.raises(truebook.InvalidValue, match=f"^{none}: found NoneType, allowed: "):
        call()


@pytest.mark.parametrize("bad", [0, -1, "-0", Decimal("0E-20")])
@pytest.mark.parametrize("name", ["amount", "qty", "price"])
def test_a_number_that_must_be_above_zero_is_refused_by_its_name(book, name, bad):
    with pytest.raises(truebook.InvalidValue, match=f"{name}.* above 0"):
        if name == "amount":
            book.deposit("USD", bad)
        elif name == "qty":
            book.fill("BTC-USD", "buy", bad, 1, trade_id="a")
        else:
            book.fill("BTC-USD", "buy", 1, bad, trade_id="a")
    assert book.balance("USD").total == 0
    assert book.position("BTC-USD").qty == 0


def test_more_decimals_than_the_instrument_keeps_are_refused_not_rounded(book):
    with pytest.raises(
        truebook.InvalidValue, match=r"^qty: found 0\.000000001, allowed: at most 8"
    ):
        book.fill("BTC-USD", "buy", "0.000000001", 1, trade_id="a")
    assert book.position("BTC-USD").qty == 0


def add(book, **parts):
    """Register another instrument."""
    given = {"base": "A", "quote": "USD", "price_precision": 2, "qty_precision": 2, **parts}
    return book.add_instrument("A-USD", **given)


@pytest.mark.parametrize("bad", [19, 255, 256, -1, 2**70])
@pytest.mark.parametrize("name", ["price_precision", "qty_precision"])
def test_a_precision_out_of_range_is_an_invalid_value(book, name, bad):
    with pytest.raises(truebook.InvalidValue, match="precision"):
        add(book, **{name: bad})


@pytest.mark.parametrize("bad", [2**63, -(2**63) - 1])
def test_a_time_out_of_range_is_an_invalid_value(book, bad):
    with pytest.raises(truebook.InvalidValue, match="ts_event"):
        book.quote("BTC-USD", 1, 2, ts_event=bad)


@pytest.mark.parametrize("bad", [-1, 2**64])
def test_a_sequence_out_of_range_is_an_invalid_value(book, bad):
    with pytest.raises(truebook.InvalidValue, match="sequence"):
        book.wait_durable(bad, 0)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, 1e300])
def test_a_timeout_out_of_range_is_an_invalid_value(book, bad):
    text = "^timeout: found .*, allowed: seconds, 0 or more"
    with pytest.raises(truebook.InvalidValue, match=text):
        book.wait_durable(1, bad)


# --- Words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("mode", "'paper' or 'live'"),
        ("threading", "'engine' or 'inline'"),
        ("clock", "'system' or 'event'"),
        ("durability", "'disk' or 'os'"),
    ],
)
def test_an_option_of_open_names_what_is_allowed(name, allowed):
    with pytest.raises(truebook.InvalidValue) as raised:
        truebook.open(**{name: "bad"})
    assert str(raised.value) == f"{name}: found 'bad', allowed: {allowed}"


@pytest.mark.parametrize("pin", [9_999, 10**9])
def test_a_core_that_is_not_there_never_ends_the_process(pin):
    code = f"""
import truebook
try:
    with truebook.open(pin={pin}) as book:
        book.deposit("USD", 1)
except truebook.InvalidValue as error:
    assert "pin" in str(error)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("side", ["BUY", "b", "", "long"])
def test_a_side_names_what_is_allowed(book, side):
    text = f"side: found '{side}', allowed: 'buy' or 'sell'"
    for call in (
        lambda: book.fill("BTC-USD", side, 1, 1, trade_id="a"),
        lambda: book.submit("BTC-USD", side, 1),
        lambda: book.would_refuse("BTC-USD", side, 1),
    ):
        with pytest.raises(truebook.InvalidValue) as raised:
            call()
        assert str(raised.value) == text


def test_a_kind_names_what_is_allowed(book):
    with pytest.raises(truebook.InvalidValue) as raised:
        add(book, kind="perp")
    assert str(raised.value).startswith("kind: found 'perp', allowed: 'spot', 'equity', ")


@pytest.mark.parametrize("text", ["", "x" * 97, "a\nb"])
@pytest.mark.parametrize(
    "name", ["currency", "symbol", "trade_id", "strategy", "client_order_id", "id"]
)
def test_an_id_is_refused_by_its_name(book, name, text):
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        if name == "currency":
            book.deposit(text, 1)
        elif name == "id":
            book.deposit("USD", 1, id=text)
        elif name == "symbol":
            book.position(text)
        elif name == "trade_id":
            book.fill("BTC-USD", "buy", 1, 1, trade_id=text)
        else:
            book.submit("BTC-USD", "buy", 1, **{name: text})


def test_an_instrument_registered_otherwise_is_an_invalid_value(book):
    add(book)
    for other in ({"kind": "equity"}, {"multiplier": 10}, {"price_precision": 9}):
        with pytest.raises(truebook.InvalidValue, match="A-USD: the symbol has another kind"):
            add(book, **other)


def test_another_step_changes_an_instrument(book):
    before = add(book).sequence
    assert add(book, tick="0.05").sequence == before + 1
    assert add(book, tick="0.05").sequence == before + 1


def test_an_order_that_is_not_there_cannot_be_cancelled(book):
    with pytest.raises(truebook.InvalidValue, match="no such order"):
        book.canceled("nobody")


@pytest.mark.parametrize(
    "call",
    [
        lambda book: book.position("ETH-USD"),
        lambda book: book.quote("ETH-USD", 1, 2),
        lambda book: book.price("ETH-USD", 1),
        lambda book: book.fill("ETH-USD", "buy", 1, 1, trade_id="a"),
        lambda book: book.submit("ETH-USD", "buy", 1),
        lambda book: book.would_refuse("ETH-USD", "buy", 1),
    ],
)
def test_an_unknown_instrument_is_named_with_what_to_do(book, call):
    with pytest.raises(truebook.UnknownInstrument) as raised:
        call(book)
    assert str(raised.value) == "no instrument 'ETH-USD': add_instrument first"


# --- Refusals ----------------------------------------------------------------------------------


def test_an_order_without_a_price_to_go_by_is_refused(book):
    with pytest.raises(truebook.Refused) as raised:
        book.submit("BTC-USD", "buy", 1)
    assert raised.value.status == "NoPrice"
    assert book.would_refuse("BTC-USD", "buy", 1) == "NoPrice"


def refused(book, *order, **parts):
    """The status with which an order is refused; the forecast agrees."""
    forecast = {name: part for name, part in parts.items() if name != "client_order_id"}
    assert book.would_refuse("BTC-USD", *order, **forecast) is not None
    with pytest.raises(truebook.Refused) as raised:
        book.submit("BTC-USD", *order, **parts)
    assert str(raised.value).startswith(raised.value.status)
    assert book.would_refuse("BTC-USD", *order, **forecast) == raised.value.status
    return raised.value.status


@pytest.mark.parametrize(
    ("order", "parts", "status"),
    [
        (("buy", 0), {}, "InvalidQuantity"),
        (("buy", -1), {}, "InvalidQuantity"),
        (("buy", "0.01"), {"price": 0}, "InvalidPrice"),
        (("buy", "0.01"), {"price": "49999.999"}, "TickSize"),
        (("buy", "0.01"), {"price": 1}, "PriceOutOfBand"),
        (("buy", "0.00000001"), {}, "MinNotional"),
        (("buy", "0.1"), {}, "InsufficientBalance"),
        (("buy", "0.1"), {"price": 50000}, "InsufficientBalance"),
        (("sell", "0.1"), {}, "InsufficientBalance"),
        (("sell", "0.1"), {"reduce_only": True}, "ReduceOnlyExceeds"),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused_with_its_status(book, order, parts, status):
    book.deposit("USD", 1000)
    book.quote("BTC-USD", 50000, 50001)
    assert refused(book, *order, **parts) == status
    assert book.balance("USD").total == 1000
    assert book.position("BTC-USD").side == "flat"


def test_a_refusal_says_more_than_its_name(book):
    book.deposit("USD", 1000)
    book.quote("BTC-USD", 50000, 50001)
    with pytest.raises(truebook.Refused) as raised:
        book.submit("BTC-USD", "buy", 1)
    assert raised.value.status == "InsufficientBalance"
    assert raised.value.detail
    assert str(raised.value) == f"InsufficientBalance: {raised.value.detail}"


def test_a_withdrawal_above_the_free_balance_is_refused(book):
    book.deposit("USD", 10)
    with pytest.raises(truebook.Refused) as raised:
        book.withdraw("USD", 11)
    assert raised.value.status == "InsufficientBalance"
    assert book.balance("USD").total == 10


def test_an_order_id_with_another_content_is_refused(book):
    book.deposit("USD", 1000)
    book.quote("BTC-USD", 50000, 50001)
    first = book.submit("BTC-USD", "buy", "0.001", client_order_id="a")
    again = book.submit("BTC-USD", "buy", "0.001", client_order_id="a")
    assert (first.duplicate, again.duplicate) == (False, True)
    with pytest.raises(truebook.Refused) as raised:
        book.submit("BTC-USD", "buy", "0.002", client_order_id="a")
    assert raised.value.status == "DuplicateClientOrderId"


def test_a_forecast_books_nothing(book):
    book.deposit("USD", 1000)
    book.quote("BTC-USD", 50000, 50001)
    before = book.portfolio().sequence
    assert book.would_refuse("BTC-USD", "buy", "0.001") is None
    assert book.would_refuse("BTC-USD", "buy", 1) == "InsufficientBalance"
    assert book.portfolio().sequence == before
    book.quote("BTC-USD", 50000, 50001)
    assert book.position("BTC-USD").side == "flat"


# --- Closed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda book: book.add_instrument(
            "A", base="A", quote="USD", price_precision=2, qty_precision=2
        ),
        lambda book: book.deposit("USD", 1),
        lambda book: book.withdraw("USD", 1),
        lambda book: book.quote("BTC-USD", 1, 2),
        lambda book: book.price("BTC-USD", 1),
        lambda book: book.fill("BTC-USD", "buy", 1, 1, trade_id="a"),
        lambda book: book.submit("BTC-USD", "buy", 1),
        lambda book: book.would_refuse("BTC-USD", "buy", 1),
        lambda book: book.canceled("a"),
        lambda book: book.position("BTC-USD"),
        lambda book: book.positions(),
        lambda book: book.portfolio(),
        lambda book: book.balance("USD"),
        lambda book: book.halt("why"),
        lambda book: book.reduce(),
        lambda book: book.resume(),
    ],
)
@pytest.mark.parametrize("threading", ["engine", "inline"])
def test_a_closed_book_says_so(call, threading):
    book = truebook.open(threading=threading)
    book.close()
    with pytest.raises(truebook.ClosedError, match="^the book is closed$"):
        call(book)


def test_a_closed_book_cannot_be_entered_again():
    book = truebook.open()
    book.close()
    with pytest.raises(truebook.ClosedError), book:
        pass


# --- The database ------------------------------------------------------------------------------


def test_a_file_that_is_open_cannot_be_opened_again(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path) as book:
        with pytest.raises(truebook.StoreError, match=r"a\.db"):
            truebook.open(path)
        book.deposit("USD", 1)
    with truebook.open(path) as book:
        assert book.balance("USD").total == 1


def test_a_file_that_is_no_database_is_refused_and_left_untouched(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"not a database " * 500)
    before = path.read_bytes()
    with pytest.raises(truebook.StoreError, match=r"notes\.txt: not a truebook database"):
        truebook.open(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_untouched(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("create table events (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(truebook.StoreError, match=r"other\.db: not a truebook database"):
        truebook.open(path)
    assert path.read_bytes() == before


def test_a_refused_database_leaves_no_file_beside_it(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("create table events (x)")
    other.commit()
    other.close()
    with pytest.raises(truebook.StoreError):
        truebook.open(path)
    assert [found.name for found in tmp_path.iterdir()] == ["other.db"]


@pytest.mark.parametrize("name", [".", "no/such/folder/a.db"])
def test_a_path_that_cannot_be_a_database_is_a_store_error(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(truebook.StoreError) as raised:
        truebook.open(path)
    assert str(path) in str(raised.value)


def test_a_paper_database_is_never_opened_live(tmp_path):
    path = tmp_path / "a.db"
    truebook.open(path).close()
    with pytest.raises(truebook.StoreError, match="paper, asked for live"):
        truebook.open(path, mode="live")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[book]\nmode = 'paper'\nfoo = 1\n", r"a\.toml:3: .*found 'foo', allowed: mode, "),
        ("[book]\nmode = 'demo'\n", r"a\.toml:2: .*found 'demo', allowed: "),
        ("[boook]\n", r"a\.toml:1: .*found 'boook', allowed: "),
        ("[book\n", r"a\.toml:1"),
    ],
)
def test_a_configuration_is_refused_by_file_line_found_and_allowed(tmp_path, text, named):
    config = tmp_path / "a.toml"
    config.write_text(text)
    with pytest.raises(truebook.InvalidValue, match=named):
        truebook.open(config=config)


def test_a_configuration_that_is_not_there_is_named(tmp_path):
    with pytest.raises(truebook.InvalidValue, match=r"none\.toml: cannot be read"):
        truebook.open(config=tmp_path / "none.toml")


# --- Threads -----------------------------------------------------------------------------------


def test_an_error_in_one_thread_leaves_the_book_to_the_others(book):
    found = []

    def run():
        try:
            book.deposit("USD", "x")
        except truebook.InvalidValue as error:
            found.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert len(found) == 1
    book.deposit("USD", 1)
    assert book.balance("USD").total == 1


# --- A forked process --------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("path", [None, "book.db"])
def test_a_forked_process_is_told_so_and_the_book_goes_on(tmp_path, path):
    with truebook.open(path and tmp_path / path) as book:
        book.deposit("USD", 1)
        child = os.fork()
        if child == 0:
            try:
                book.deposit("USD", 2)
            except truebook.Error as error:
                is_told = "forked" in str(error)
            else:
                is_told = False
            # Its end must not wait for threads that are not there.
            try:
                book.close()
            finally:
                os._exit(0 if is_told else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        book.deposit("USD", 3)
        assert book.balance("USD").total == Decimal(4)
