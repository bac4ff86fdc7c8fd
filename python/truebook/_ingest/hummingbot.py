"""Executions of hummingbot: OrderFilledEvent, TradeUpdate and rows of the table TradeFill.

A fee in percent of a third currency needs a rate: it is not known here and stays absent.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from truebook._ingest.field import (
    Leg,
    LEGS,
    Liquidity,
    Number,
    Side,
    fees_of,
    field,
    first,
    invalid,
    needed,
    number,
    optional,
    product,
    rows,
    text,
    word,
)
from truebook._ingest.instant import Unit, nanoseconds, unit_of

if TYPE_CHECKING:
    from truebook._truebook import Applied, Book

_SIDES: dict[str, Side] = {"BUY": "buy", "SELL": "sell", "buy": "buy", "sell": "sell"}
_DEDUCTED = "DeductedFromReturns"
_DERIVATIVE = ("OPEN", "CLOSE")


def hummingbot_trade(
    book: "Book",
    event: object,
    *,
    strategy: str | None = None,
    account: str = "default",
    source: str | None = None,
    symbol: str | None = None,
    side: Side | None = None,
    leg: Leg | None = None,
) -> "Applied":
    """Book an execution, once however often it is reported.

    Our order id is `order_id` or `client_order_id`. A TradeUpdate has no side: it is that of the
    order in the book, else `side`. Times are in seconds, of a TradeFill in milliseconds. A fee in
    percent is worked out exactly: of what is paid, or of what is received where the fee is deducted
    from that. Raises `InvalidValue` and `UnknownInstrument`.
    """
    is_update = field(event, "fill_price") is not None
    ours = field(event, "client_order_id" if is_update else "order_id")
    client_order_id = text("client_order_id" if is_update else "order_id", ours)
    pair = first(field(event, "trading_pair"), field(event, "symbol"))
    traded = _side(book, event, client_order_id, side)
    qty_field, price_field, id_field = (
        ("fill_base_amount", "fill_price", "trade_id")
        if is_update
        else ("amount", "price", "exchange_trade_id")
    )
    qty = number(qty_field, field(event, qty_field))
    price = number(price_field, field(event, price_field))
    return book.fill(
        needed("trading_pair", first(symbol, pair)),
        traded,
        qty,
        price,
        trade_id=needed(id_field, field(event, id_field)),
        client_order_id=client_order_id,
        venue_order_id=text("exchange_order_id", field(event, "exchange_order_id")),
        strategy=text("strategy", strategy),
        account=needed("account", account),
        fees=_fees(event, (pair, traded), qty, price),
        liquidity=_liquidity(event),
        leg=word("leg", leg, LEGS) if leg is not None else None,
        source=text("source", source),
        ts_event=_time_of(event),
    )


def _side(book: "Book", event: object, client_order_id: str | None, side: object) -> Side:
    named = field(event, "trade_type")
    if named is not None:
        return word("trade_type", named, _SIDES)
    order = book.order(client_order_id) if client_order_id is not None else None
    if order is not None:
        return word("side", order.side, _SIDES)
    return word("side", side, _SIDES)


def _liquidity(event: object) -> Liquidity | None:
    is_taker = field(event, "is_taker")
    if not isinstance(is_taker, bool):
        return None
    return "taker" if is_taker else "maker"


def _time_of(event: object) -> int | None:
    for name in ("fill_timestamp", "timestamp"):
        time = field(event, name)
        if time is not None:
            unit: Unit = unit_of(time)
            return nanoseconds(name, time, unit)
    return None


def _fees(
    event: object, traded: "tuple[object, Side]", qty: Decimal, price: Decimal
) -> dict[str, Number] | None:
    """The fee of any version: an object, its JSON, or the fields of an older TradeUpdate."""
    fee = first(field(event, "trade_fee"), field(event, "fee"))
    if fee is None:
        paid = optional("fee_paid", field(event, "fee_paid"))
        asset = text("fee_asset", field(event, "fee_asset"))
        return None if paid is None or asset is None else {asset: paid}
    flat = field(fee, "flat_fees")
    parts = [_flat(each) for each in rows("flat_fees", flat if flat is not None else [])]
    share = optional("percent", field(fee, "percent"))
    if share:
        percent = _percent(event, fee, traded, product(share, qty), price)
        if percent is None:
            return None
        parts.append(percent)
    return fees_of(parts)


def _flat(entry: object) -> tuple[str, Decimal]:
    if isinstance(entry, list | tuple) and len(entry) == 2:
        token, amount = entry
    else:
        token = first(field(entry, "token"), field(entry, "asset"))
        amount = field(entry, "amount")
    return needed("flat_fees.token", token), number("flat_fees.amount", amount)


def _percent(
    event: object, fee: object, traded: "tuple[object, Side]", base_fee: Decimal, price: Decimal
) -> tuple[str, Decimal] | None:
    """Currency and amount of a fee in percent, None where it needs a rate."""
    pair, side = traded
    base, dash, quote = needed("trading_pair", pair).rpartition("-")
    if not dash or not base or not quote:
        raise invalid("trading_pair", pair, "base and quote with a dash between")
    token = text("percent_token", field(fee, "percent_token"))
    if token is None:
        kind = first(field(fee, "fee_type"), type(fee).__name__)
        is_deducted = isinstance(kind, str) and kind.startswith(_DEDUCTED)
        position = field(event, "position")
        named = position if isinstance(position, str) else field(position, "name")
        action = text("position", named)
        is_spot = action not in _DERIVATIVE
        token = base if is_deducted and is_spot and side == "buy" else quote
    if token == base:
        return base, base_fee
    return (quote, product(base_fee, price)) if token == quote else None
