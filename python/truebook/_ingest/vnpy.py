"""Trades of vn.py: `vnpy.trader.object.TradeData`."""

from typing import TYPE_CHECKING

from truebook._errors import UnknownInstrument
from truebook._ingest.field import (
    Leg,
    Number,
    Side,
    field,
    invalid,
    needed,
    number,
    optional,
    text,
    word,
)
from truebook._ingest.instant import nanoseconds

if TYPE_CHECKING:
    from truebook._truebook import Applied, Book

_SIDES: dict[str, Side] = {
    **dict.fromkeys(("LONG", "Long", "long", "多"), "buy"),
    **dict.fromkeys(("SHORT", "Short", "short", "空"), "sell"),
}
_IS_OPENING: dict[str, str] = {
    **dict.fromkeys(("NONE", ""), "net"),
    **dict.fromkeys(("OPEN", "Open", "open", "开"), "open"),
    **dict.fromkeys(("CLOSE", "Close", "close", "平"), "close"),
    **dict.fromkeys(("CLOSETODAY", "平今", "CLOSEYESTERDAY", "平昨"), "close"),
}
_LEGS: dict[tuple[str, str], Leg] = {
    ("buy", "open"): "long",
    ("sell", "close"): "long",
    ("sell", "open"): "short",
    ("buy", "close"): "short",
}


def vnpy_trade(
    book: "Book",
    trade: object,
    *,
    strategy: str | None = None,
    account: str = "default",
    source: str | None = None,
    symbol: str | None = None,
    hedged: bool = False,
    fee: Number | None = None,
    fee_currency: str | None = None,
) -> "Applied":
    """Book a TradeData, once however often it is reported.

    `symbol` is the registered one of `vt_symbol` and `symbol` where it is None. With `hedged`, the
    offset says which leg it is of: opening and closing a long, or a short; without it the account
    is net. A TradeData has no fee: give `fee`, or use `late_fee`. `volume` is contracts: the
    instrument is registered with `multiplier=contract.size`. A `datetime` without a zone is UTC.
    Raises `InvalidValue` and `UnknownInstrument`.
    """
    side = word("direction", field(trade, "direction"), _SIDES)
    order_id, vt_order_id = (text(part, field(trade, part)) for part in ("orderid", "vt_orderid"))
    known = next(
        (each for each in (vt_order_id, order_id) if each is not None and book.order(each)), None
    )
    return book.fill(
        _symbol(book, trade, symbol),
        side,
        number("volume", field(trade, "volume")),
        number("price", field(trade, "price")),
        trade_id=needed("tradeid", field(trade, "tradeid")),
        client_order_id=known,
        venue_order_id=order_id if known is None else None,
        strategy=text("strategy", strategy),
        account=needed("account", account),
        fee=optional("fee", fee),
        fee_currency=text("fee_currency", fee_currency),
        leg=_leg(trade, side) if hedged else None,
        source=text("source", source),
        ts_event=nanoseconds("datetime", field(trade, "datetime"), "s"),
    )


def _symbol(book: "Book", trade: object, symbol: object) -> str:
    """The registered symbol; `vt_symbol` where none is registered."""
    if symbol is not None:
        return needed("symbol", symbol)
    short = needed("symbol", field(trade, "symbol"))
    full = text("vt_symbol", field(trade, "vt_symbol"))
    for each in (full, short):
        try:
            if each is not None:
                book.position(each)
                return each
        except UnknownInstrument:
            continue
    return full or short


def _leg(trade: object, side: Side) -> Leg:
    offset = word("offset", field(trade, "offset"), _IS_OPENING)
    if offset == "net":
        raise invalid("offset", field(trade, "offset"), "an opening or a closing one, if hedged")
    return _LEGS[side, offset]
