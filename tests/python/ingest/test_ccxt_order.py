"""What ccxt says of an order: the book agrees, and no total becomes a fill."""

from decimal import Decimal

import pytest

pytest.importorskip("ccxt")

import ccxt_shape as shape

import truebook
from truebook._ingest import ccxt_order, ccxt_trade

FILLS = [
    {"price": "100", "qty": "1", "commission": "0.1", "commissionAsset": "USDT", "tradeId": 56},
    {"price": "99", "qty": "5", "commission": "0.2", "commissionAsset": "USDT", "tradeId": 57},
]


def told(book, **parts):
    """What becomes of the order when binance says this of it."""
    venue, market = shape.binance()
    return ccxt_order(book, venue.parse_order(shape.binance_order(**parts), market))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("NEW", "working"),
        ("PENDING_CANCEL", "working"),
        ("CANCELED", "canceled"),
        ("EXPIRED", "expired"),
        ("REJECTED", "rejected"),
    ],
)
def test_the_order_comes_to_the_status_that_the_venue_says(book, order, said, status):
    assert len(told(book, status=said)) == 1
    assert book.order(order).status == status


def test_an_open_order_is_accepted_with_the_id_of_the_venue_and_once(book, order):
    assert told(book)[0].sequence > 0
    assert book.order(order).venue_order_id == "28"
    assert told(book) == []


def test_an_older_report_never_undoes_an_end(book, order):
    told(book, status="CANCELED")
    assert told(book, status="NEW") == []
    assert told(book, status="EXPIRED") == []
    assert told(book, status="CANCELED")[0].duplicate
    assert book.order(order).status == "canceled"


def test_fills_that_an_order_lists_are_booked_once_with_its_side_id_and_time(book, order):
    filled = {"status": "PARTIALLY_FILLED", "executedQty": "6", "cummulativeQuoteQty": "595"}
    done = told(book, **filled, fills=FILLS)
    assert [each.duplicate for each in done] == [False, False]
    assert (book.order(order).cum_qty, book.order(order).venue_order_id) == (6, "28")
    held = book.position("BTC/USDT", strategy="s")
    assert (held.cost, held.fees) == (Decimal(595), {"USDT": Decimal("0.3")})
    assert all(each.duplicate for each in told(book, **filled, fills=FILLS))
    trade = {"id": "57", "order": "28", "symbol": "BTC/USDT", "side": "buy"}
    assert ccxt_trade(book, trade | {"price": 99, "amount": 5}).duplicate


def test_totals_are_never_booked(book, order):
    told(book, status="FILLED", executedQty="10", cummulativeQuoteQty="1000")
    assert book.position("BTC/USDT", strategy="s").qty == 0
    assert (book.order(order).status, book.order(order).cum_qty) == ("working", 0)


def test_a_closed_order_with_something_left_was_canceled_and_later_fills_still_count(book, order):
    closed = {"id": "o1", "clientOrderId": order, "status": "closed", "amount": 10, "filled": 0.375}
    ccxt_order(book, closed)
    assert book.order(order).status == "canceled"
    trade = {"id": "1", "order": "o1", "clientOrderId": order, "symbol": "BTC/USDT"}
    ccxt_trade(book, trade | {"side": "buy", "price": 100, "amount": 0.375})
    assert book.order(order).cum_qty == Decimal("0.375")


def test_ids_of_trades_without_their_content_are_no_fills(book):
    venue, market = shape.kraken()
    raw = {
        "id": "OBCMZD-JIEE7-77TH3F",
        "userref": 0,
        "status": "closed",
        "opentm": 1688665496.7808,
        "descr": {"pair": "XXBTZUSD", "type": "buy", "ordertype": "limit", "price": "37500.0"},
        "vol": "1.25000000",
        "vol_exec": "0.37500000",
        "cost": "11257.87500",
        "fee": "37.5",
        "price": "30021.0",
        "trades": ["TZX2WP-XSEOP-FP7WYR"],
    }
    assert ccxt_order(book, venue.parse_order(raw, market)) == []
    assert book.positions() == []


def test_an_order_is_found_by_the_id_of_the_venue_where_ours_is_not_said(book, order):
    book.accept(order, "28")
    ccxt_order(book, {"id": "28", "clientOrderId": None, "status": "canceled"})
    assert book.order(order).status == "canceled"


def test_an_answer_without_a_status_is_an_acknowledgement(book, order):
    ccxt_order(book, {"id": "28", "clientOrderId": order, "status": None})
    assert book.order(order).status == "working"


def test_an_order_that_was_accepted_and_then_rejected_is_canceled(book, order):
    told(book)
    venue, market = shape.bybit()
    raw = {
        "orderId": "28",
        "orderLinkId": order,
        "symbol": "BTCUSDT",
        "price": "100",
        "qty": "10",
        "side": "Buy",
        "orderStatus": "Rejected",
        "leavesQty": "0.000",
        "cumExecQty": "0.000",
        "timeInForce": "PostOnly",
        "orderType": "Limit",
        "createdTime": "1672219525810",
    }
    ccxt_order(book, venue.parse_order(raw, market))
    assert book.order(order).status == "canceled"


def test_an_order_that_the_book_does_not_know_has_no_state_but_its_trades_are_booked(book):
    assert told(book) == []
    assert book.order("mine-1") is None
    done = told(book, status="PARTIALLY_FILLED", fills=FILLS)
    assert len(done) == 2
    held = book.position("BTC/USDT", strategy="EXTERNAL")
    assert (held.qty, held.updated_at) == (6, 1_507_725_176_595_000_000)
    assert book.orders() == []


@pytest.mark.parametrize(
    ("name", "bad"), [("status", "WEIRD"), ("status", 1), ("id", []), ("trades", 5)]
)
def test_a_wrong_field_is_named_and_nothing_is_booked(book, order, name, bad):
    before = book.portfolio().sequence
    said = {"id": "28", "clientOrderId": order, "status": "open", "symbol": "BTC/USDT"}
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        ccxt_order(book, said | {name: bad})
    assert book.portfolio().sequence == before


def test_of_an_order_with_one_wrong_trade_none_is_booked(book):
    trades = [{"id": "1", "price": 1, "amount": 1}, {"id": "2", "price": "x", "amount": 1}]
    said = {"id": "28", "symbol": "BTC/USDT", "side": "buy", "status": "open", "trades": trades}
    with pytest.raises(truebook.InvalidValue, match="^price: found 'x'"):
        ccxt_order(book, said)
    assert book.positions() == []
