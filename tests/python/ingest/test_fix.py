"""FIX reports: executions, busts, corrections and the states of orders."""

from decimal import Decimal

import pytest

import truebook
from truebook._ingest import fix
from truebook._ingest.fix import _TAGS

TRADE = {
    "MsgType": "8",
    "ExecType": "F",
    "OrdStatus": "1",
    "ExecID": "e1",
    "ClOrdID": "mine-1",
    "OrderID": "v1",
    "Symbol": "BTC/USDT",
    "Side": "1",
    "LastQty": "3",
    "LastPx": "100",
    "CumQty": "3",
    "LeavesQty": "7",
    "TransactTime": "20240116-15:30:05.123456789",
}
STATE = {"MsgType": "8", "ExecID": "e9", "ClOrdID": "mine-1", "OrderID": "v1", "Symbol": "BTC/USDT"}


def position(book, strategy="EXTERNAL"):
    return book.position("BTC/USDT", strategy=strategy)


@pytest.mark.parametrize(
    "key", [lambda tag, name: name, lambda tag, name: tag, lambda tag, name: str(tag)]
)
def test_a_message_is_read_by_name_and_by_tag(book, order, key):
    message = {key(_TAGS.get(name, 151), name): value for name, value in TRADE.items()}
    assert not fix(book, message).duplicate
    assert fix(book, message).duplicate
    assert position(book, "s").qty == 3
    assert book.order(order).status == "partially_filled"


def test_bytes_are_taken_as_text(book):
    message = {str(_TAGS.get(name, 151)).encode(): part.encode() for name, part in TRADE.items()}
    fix(book, message)
    assert position(book).qty == 3
    assert position(book).updated_at == 1_705_419_005_123_456_789


@pytest.mark.parametrize(
    ("side", "qty"), [("1", 3), ("2", -3), ("3", 3), ("4", -3), ("5", -3), ("6", -3)]
)
def test_sides_buy_or_sell(book, side, qty):
    fix(book, TRADE | {"Side": side})
    assert position(book).signed_qty == qty


@pytest.mark.parametrize(
    ("parts", "fees"),
    [
        ({}, {}),
        ({"Commission": "0.3"}, {"USDT": "0.3"}),
        ({"Commission": "0.3", "CommType": "3", "CommCurrency": "USDT"}, {"USDT": "0.3"}),
        ({"Commission": "0.1", "CommType": "1"}, {"USDT": "0.3"}),
        ({"Commission": "-0.1", "CommType": "3"}, {"USDT": "-0.1"}),
        ({"Commission": "0.1", "CommType": "2"}, {}),
    ],
)
def test_a_commission_is_absolute_or_per_unit_and_else_not_known(book, parts, fees):
    fix(book, TRADE | parts)
    assert position(book).fees == {name: Decimal(fee) for name, fee in fees.items()}


@pytest.mark.parametrize("bust", [{"ExecType": "H"}, {"ExecTransType": "1", "ExecType": "2"}])
def test_a_bust_takes_the_execution_back(book, order, bust):
    fix(book, TRADE)
    fix(book, TRADE | bust | {"ExecID": "e2", "ExecRefID": "e1"})
    assert position(book, "s").qty == 0
    assert book.order(order).cum_qty == 0


@pytest.mark.parametrize("correct", [{"ExecType": "G"}, {"ExecTransType": "2", "ExecType": "2"}])
def test_a_correction_stands_for_what_it_corrects(book, order, correct):
    fix(book, TRADE)
    correction = TRADE | correct | {"ExecID": "e2", "ExecRefID": "e1", "LastPx": "99"}
    fix(book, correction)
    assert fix(book, correction).duplicate
    assert (position(book, "s").qty, position(book, "s").cost) == (3, 297)
    assert book.order(order).cum_qty == 3


@pytest.mark.parametrize("kind", ["G", "H"])
def test_a_correction_must_say_of_what(book, kind):
    with pytest.raises(truebook.InvalidValue, match="^ExecRefID: found None"):
        fix(book, TRADE | {"ExecType": kind})


@pytest.mark.parametrize(
    ("kind", "status"),
    [("0", "working"), ("4", "canceled"), ("C", "expired"), ("8", "rejected"), ("L", "working")],
)
def test_the_order_comes_to_the_state_that_the_report_says(book, order, kind, status):
    fix(book, STATE | {"ExecType": kind, "OrdStatus": kind})
    assert book.order(order).status == status


@pytest.mark.parametrize("kind", ["A", "E", "3", "7", "9", "D"])
def test_what_the_book_does_not_keep_says_nothing(book, order, kind):
    assert fix(book, STATE | {"ExecType": kind, "OrdStatus": kind}) is None
    assert book.order(order).status == "pending"


def test_a_status_report_books_no_execution(book, order):
    for said in ({"ExecType": "I"}, {"ExecTransType": "3", "ExecType": "1"}):
        fix(book, TRADE | said | {"OrdStatus": "1"})
    assert (book.order(order).status, position(book, "s").qty) == ("working", 0)


def test_a_cancel_is_asked_for_refused_and_done_by_the_id_of_the_original(book, order):
    ids = {"ClOrdID": "cancel-1", "OrigClOrdID": order}
    fix(book, STATE | ids | {"ExecType": "6", "OrdStatus": "6"})
    assert book.order(order).is_cancel_requested
    refused = {"MsgType": "9", **ids, "OrderID": "v1", "OrdStatus": "1"}
    fix(book, refused)
    assert not book.order(order).is_cancel_requested
    assert fix(book, refused) is None
    fix(book, STATE | ids | {"ExecType": "4", "OrdStatus": "4"})
    assert book.order(order).status == "canceled"


def test_a_replaced_order_has_its_new_quantity_and_its_fills_find_it(book, order):
    fix(book, STATE | {"ExecType": "0", "OrdStatus": "0"})
    ids = {"ClOrdID": "mine-2", "OrigClOrdID": order}
    replaced = STATE | ids | {"ExecType": "5", "OrdStatus": "5", "OrderQty": "5", "Price": "100"}
    fix(book, replaced)
    assert fix(book, replaced) is None
    fix(book, TRADE | {"ClOrdID": "mine-2"})
    known = book.order(order)
    assert (known.qty, known.cum_qty, known.leaves_qty) == (5, 3, 2)


def test_an_execution_that_ends_its_order_does_both_even_if_it_is_known(book, order):
    fix(book, TRADE)
    assert fix(book, TRADE | {"OrdStatus": "4"}).duplicate
    assert (book.order(order).status, book.order(order).cum_qty) == ("canceled", 3)


def test_executions_of_an_unknown_order_are_booked_and_its_states_are_not(book):
    assert fix(book, STATE | {"ExecType": "4", "OrdStatus": "4"}) is None
    fix(book, TRADE)
    assert position(book).qty == 3


@pytest.mark.parametrize("kind", ["1", "2"])
def test_the_fills_of_fix_4_2_are_executions(book, kind):
    older = {name: part for name, part in TRADE.items() if name != "LastQty"}
    fix(book, older | {"ExecType": kind, "ExecTransType": "0", "LastShares": "3"})
    assert position(book).qty == 3


def test_the_account_is_that_of_the_message_or_the_given_one(book):
    fix(book, TRADE | {"Account": "A1"})
    fix(book, TRADE | {"Account": "A1"}, account="default")
    assert book.position("BTC/USDT", account="A1").qty == 3
    assert book.position("BTC/USDT").qty == 3


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("message", None),
        ("MsgType", {"MsgType": "D"}),
        ("ExecType", {"ExecType": "Z"}),
        ("ExecTransType", {"ExecTransType": "7"}),
        ("Side", {"Side": "7"}),
        ("LastQty", {"LastQty": None}),
        ("LastPx", {"LastPx": b"\xff"}),
        ("ExecID", {"ExecID": ""}),
        ("TransactTime", {"TransactTime": "20241301-00:00:00"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_booked(book, name, parts):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        fix(book, None if parts is None else TRADE | parts)
    assert book.portfolio().sequence == before
