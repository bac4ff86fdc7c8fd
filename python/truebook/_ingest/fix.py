"""FIX messages about orders: ExecutionReport (35=8) and OrderCancelReject (35=9), 4.2 to 5.0.

A message is a mapping by tag number (37 or "37") or by field name ("OrderID"); values may be text,
bytes or numbers. Times are UTCTimestamps.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from truebook._ingest.field import (
    Number,
    Side,
    first,
    invalid,
    mapping,
    needed,
    number,
    optional,
    product,
    text,
    word,
)
from truebook._ingest.instant import nanoseconds
from truebook._ingest.order import State, find_order, report

if TYPE_CHECKING:
    from truebook._truebook import Applied, Book, Order

_TAGS: dict[str, int] = {
    "Account": 1,
    "Commission": 12,
    "CommType": 13,
    "CumQty": 14,
    "ExecID": 17,
    "ExecRefID": 19,
    "ExecTransType": 20,
    "LastPx": 31,
    "LastQty": 32,
    "MsgType": 35,
    "OrderID": 37,
    "OrderQty": 38,
    "OrdStatus": 39,
    "OrigClOrdID": 41,
    "Price": 44,
    "ClOrdID": 11,
    "Side": 54,
    "Symbol": 55,
    "TransactTime": 60,
    "ExecType": 150,
    "CommCurrency": 479,
    "LastLiquidityInd": 851,
}
_OLDER = {"LastQty": "LastShares"}
_SIDES: dict[str, Side] = {
    **dict.fromkeys(("1", "3"), "buy"),
    **dict.fromkeys(("2", "4", "5", "6"), "sell"),
}
_LIQUIDITY = {"1": "maker", "2": "taker"}
_TRADES = ("F", "1", "2")
_STATES: dict[str, State] = {
    "0": "accepted",
    "1": "accepted",
    "2": "accepted",
    "5": "accepted",
    "L": "accepted",
    "4": "canceled",
    "8": "rejected",
    "C": "expired",
}
_ENDS = ("4", "8", "C")
_KNOWN_TYPES = (*_TRADES, *_STATES, *"3679ABDEGHIJK")
_NO_ORDER = ("NONE", "UNKNOWN")


class _Message:
    """A message's fields by name."""

    def __init__(self, message: Mapping[object, object]) -> None:
        self._message = message

    def __getitem__(self, name: str) -> object:
        tag = _TAGS[name]
        for key in (name, tag, str(tag), str(tag).encode(), _OLDER.get(name, name)):
            try:
                value = self._message.get(key)
            except Exception as error:
                raise invalid(name, error, "a field that can be read") from error
            if value is not None:
                return _decoded(name, value)
        return None

    def text(self, name: str) -> str | None:
        """A field as text."""
        return text(name, self[name])


def fix(
    book: "Book",
    message: object,
    *,
    strategy: str | None = None,
    account: str | None = None,
    source: str | None = None,
    symbol: str | None = None,
) -> "Applied | None":
    """Book what a report says: an execution, a bust, a correction, or what became of an order.

    `account` is the message's where it is None, and "default" where that has none. An order is
    found by ClOrdID, OrigClOrdID or OrderID; one that the book does not know has no state here, its
    executions are booked. A report of an execution that also ends its order does both. None where
    nothing is said that the book keeps. Raises `InvalidValue`, `UnknownInstrument`, and `Refused`
    where a replacement that the book had not heard of breaks a rule.
    """
    found = _Message(mapping("message", message))
    kind = needed("MsgType", first(found["MsgType"], "8"))
    if kind not in ("8", "9"):
        raise invalid("MsgType", kind, "'8' (ExecutionReport) or '9' (OrderCancelReject)")
    where = text("account", account) or found.text("Account") or "default"
    venue = found.text("OrderID")
    venue = None if venue in _NO_ORDER else venue
    ids = (found.text("ClOrdID"), found.text("OrigClOrdID"))
    order = find_order(book, where, ids, venue)
    if kind == "9":
        is_open = order is not None and order.is_cancel_requested
        return book.cancel_reject(order.client_order_id) if order and is_open else None
    what = _exec_type(found)
    if what in ("H", "G", *_TRADES):
        name = needed("Symbol", first(symbol, found["Symbol"]))
        if what == "H":
            return _bust(book, found, name, where)
        ours = order.client_order_id if order is not None else ids[0]
        revises = needed("ExecRefID", found["ExecRefID"]) if what == "G" else None
        tags = (ours, venue, text("strategy", strategy), text("source", source), revises)
        return _execution(book, found, (name, where), tags)
    return None if order is None else _order_state(book, found, what, (order, venue))


def _decoded(name: str, value: object) -> object:
    if not isinstance(value, bytes | bytearray):
        return value
    try:
        return bytes(value).decode()
    except UnicodeDecodeError as error:
        raise invalid(name, value, "text") from error


def _exec_type(found: _Message) -> str:
    """The ExecType; "H" and "G" for the cancels and corrections of FIX 4.2, "I" for its status."""
    older = found.text("ExecTransType")
    if older not in (None, "0", "1", "2", "3"):
        raise invalid("ExecTransType", older, "'0', '1', '2' or '3'")
    what = {"1": "H", "2": "G", "3": "I"}.get(older or "0")
    what = what or found.text("ExecType") or needed("OrdStatus", found["OrdStatus"])
    if what not in _KNOWN_TYPES:
        raise invalid("ExecType", what, "an ExecType of FIX 4.2 to 5.0")
    return what


def _bust(book: "Book", found: _Message, symbol: str, account: str) -> "Applied":
    named = found["Side"]
    return book.bust(
        symbol,
        needed("ExecRefID", found["ExecRefID"]),
        side=None if named is None else word("Side", text("Side", named), _SIDES),
        account=account,
    )


def _execution(
    book: "Book",
    found: _Message,
    owner: tuple[str, str],
    tags: "tuple[str | None, str | None, str | None, str | None, str | None]",
) -> "Applied":
    symbol, account = owner
    ours, venue, strategy, source, revises = tags
    qty, price = number("LastQty", found["LastQty"]), number("LastPx", found["LastPx"])
    fee = _fee(found, qty)
    liquidity = _LIQUIDITY.get(found.text("LastLiquidityInd") or "")
    applied = book.fill(
        symbol,
        word("Side", found.text("Side"), _SIDES),
        qty,
        price,
        trade_id=needed("ExecID", found["ExecID"]),
        client_order_id=ours,
        venue_order_id=venue,
        strategy=strategy,
        account=account,
        fee=fee,
        fee_currency=None if fee is None else found.text("CommCurrency"),
        liquidity=liquidity,  # type: ignore[arg-type]
        revises=revises,
        source=source,
        cum_qty=optional("CumQty", found["CumQty"]),
        ts_event=nanoseconds("TransactTime", found["TransactTime"], "ns"),
    )
    status = found.text("OrdStatus")
    order = book.order(ours) if ours is not None else None
    if order is not None and status in _ENDS:
        report(book, order, _STATES[status], venue)
    return applied


def _fee(found: _Message, qty: Decimal) -> Number | None:
    """The commission in money, None where it is not known: a percentage is not."""
    commission = optional("Commission", found["Commission"])
    kind = found.text("CommType") or "3"
    if commission is None or kind not in ("1", "3"):
        return None
    return product(commission, qty) if kind == "1" else commission


def _order_state(
    book: "Book", found: _Message, what: str, known: "tuple[Order, str | None]"
) -> "Applied | None":
    order, venue = known
    if what == "6":
        is_open = order.status not in ("filled", "canceled", "rejected", "expired")
        return book.cancel_request(order.client_order_id) if is_open else None
    if what == "5":
        return _replaced(book, found, order)
    state = _STATES.get(found.text("OrdStatus") or "" if what == "I" else what)
    return None if state is None else report(book, order, state, venue)


def _replaced(book: "Book", found: _Message, order: "Order") -> "Applied | None":
    qty, price = optional("OrderQty", found["OrderQty"]), optional("Price", found["Price"])
    qty = None if qty == order.qty else qty
    price = None if price == order.price else price
    if qty is None and price is None:
        return None
    return book.amend(order.client_order_id, qty=qty, price=price)
