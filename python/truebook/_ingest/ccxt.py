"""Unified structures of ccxt: trades, orders, balances, positions, tickers and candles.

Quantities of derivatives are contracts, as ccxt counts them; an instrument that was registered with
`multiplier=market["contractSize"]` counts them too. One that was registered in base units (a
multiplier of 1) needs `contract_size=market["contractSize"]` with each call.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from truebook._ingest.field import (
    LEGS,
    Leg,
    Liquidity,
    Number,
    Side,
    fees_of,
    field,
    first,
    invalid,
    mapping,
    needed,
    number,
    optional,
    product,
    rows,
    text,
    total,
    word,
)
from truebook._ingest.instant import nanoseconds
from truebook._ingest.order import State, find_order, report

if TYPE_CHECKING:
    from truebook._truebook import Applied, Book

_SIDES: dict[str, Side] = {"buy": "buy", "sell": "sell"}
_SIGNS = {"long": 1, "short": -1}
_LIQUIDITY: dict[str, Liquidity] = {"maker": "maker", "taker": "taker"}
_TRADE = tuple(
    "id order symbol side amount price timestamp datetime takerOrMaker fee fees".split()
)
_STATES: dict[str, State] = {
    "open": "accepted",
    "canceling": "accepted",
    "canceled": "canceled",
    "expired": "expired",
    "rejected": "rejected",
    "closed": "accepted",
}


def ccxt_trade(
    book: "Book",
    trade: object,
    *,
    strategy: str | None = None,
    account: str = "default",
    source: str | None = None,
    symbol: str | None = None,
    contract_size: Number | None = None,
    client_order_id: str | None = None,
    leg: Leg | None = None,
) -> "Applied":
    """Book a trade of ours, once however often it is reported.

    `symbol` is the registered one where it is not ccxt's. A fee without a cost or a currency is
    not known and stays absent: a later report, or `late_fee`, adds it. A trade without an id needs
    an order id and a time, to be known again. Raises `InvalidValue` and `UnknownInstrument`.
    """
    ours = text("clientOrderId", first(client_order_id, field(trade, "clientOrderId")))
    parts = (strategy, account, source, symbol, contract_size, leg)
    return _filler(book, mapping("trade", trade), ours, parts)()


def ccxt_order(
    book: "Book",
    order: object,
    *,
    strategy: str | None = None,
    account: str = "default",
    source: str | None = None,
    symbol: str | None = None,
    contract_size: Number | None = None,
    leg: Leg | None = None,
) -> "list[Applied]":
    """Bring the book to agree with an order: the fills it lists in `trades`, then its status.

    Totals (`filled`, `average`, `cost`) are never booked: executions come as trades, each with its
    id. An order that the book does not know changes nothing but by its trades, which belong to
    "EXTERNAL" where no `strategy` is given. A "closed" order with something remaining was canceled
    by the venue. An order without a status was only acknowledged. Raises `InvalidValue` and
    `UnknownInstrument`.
    """
    mapping("order", order)
    name = field(order, "status")
    state = "accepted" if name is None else word("status", name, _STATES)
    if name == "closed" and _remains(order):
        state = "canceled"
    venue_order_id = text("id", field(order, "id"))
    ours = text("clientOrderId", field(order, "clientOrderId"))
    where = needed("account", account)
    known = find_order(book, where, (ours,), venue_order_id)
    ours = None if known is None else known.client_order_id
    parts = (strategy, where, source, symbol, contract_size, leg)
    fillers = [_filler(book, trade, ours, parts) for trade in _trades_of(order)]
    done = [filler() for filler in fillers]
    since = None if ours is None else book.order(ours)
    said = None if since is None else report(book, since, state, venue_order_id)
    return done if said is None else [*done, said]


def ccxt_balance(
    book: "Book",
    balance: object,
    *,
    account: str = "default",
    currencies: Iterable[str] | None = None,
    ts_event: int | None = None,
) -> "list[Applied]":
    """State what the venue says the totals are, of `currencies` or of all it names.

    A total of None is not known and left out, and so is 0 of a currency that the book has never
    seen. `ts_event` is when the venue said so, in nanoseconds since the epoch, None is now: the
    balance's own time may be that of its last change. Raises `InvalidValue`, too where something
    newer is known.
    """
    totals = mapping("total", field(mapping("balance", balance), "total"))
    where = needed("account", account)
    wanted = None if currencies is None else _names("currencies", currencies)
    stated = [
        (needed("total", currency), number(f"total[{currency!r}]", amount))
        for currency, amount in totals.items()
        if amount is not None and (wanted is None or currency in wanted)
    ]
    return [
        book.venue_balance(currency, amount, account=where, ts_event=ts_event)
        for currency, amount in stated
        if amount != 0 or _is_seen(book, currency, where)
    ]


def ccxt_positions(
    book: "Book",
    positions: object,
    *,
    account: str = "default",
    symbols: Mapping[str, str] | None = None,
    contract_sizes: Mapping[str, Number] | None = None,
    covers: Iterable[str] = (),
    ts_event: int | None = None,
) -> "list[Applied]":
    """State the net quantity that the venue says is held, one for each symbol.

    The long and the short of a hedged account are netted. `symbols` and `contract_sizes` are by
    ccxt's symbol. ccxt leaves out what is flat: a symbol of `covers` without a row is stated as 0,
    any other is not spoken of, so that an answer that failed erases nothing. `ts_event` is when the
    venue said so, in nanoseconds since the epoch, None is now: a row's own time may be that of its
    opening. Raises `InvalidValue`, too where something newer is known, and `UnknownInstrument`.
    """
    names = mapping("symbols", {} if symbols is None else symbols)
    sizes = mapping("contract_sizes", {} if contract_sizes is None else contract_sizes)
    where = needed("account", account)
    held: dict[str, list[Decimal]] = {each: [] for each in _names("covers", covers)}
    for row in rows("positions", positions):
        symbol = needed("symbol", field(mapping("position", row), "symbol"))
        held.setdefault(symbol, []).append(_signed(row, sizes.get(symbol)))
    net = {needed("symbols", names.get(each, each)): total(parts) for each, parts in held.items()}
    for registered in net:
        book.position(registered, account=where)
    return [
        book.venue_position(registered, qty, account=where, ts_event=ts_event)
        for registered, qty in net.items()
    ]


def ccxt_ticker(book: "Book", ticker: object, *, symbol: str | None = None) -> None:
    """Take bid and ask, the last price and the mark of a ticker, as far as it has them.

    A price of 0 is a missing one. Raises `InvalidValue` and `UnknownInstrument`.
    """
    mapping("ticker", ticker)
    name = needed("symbol", first(symbol, field(ticker, "symbol")))
    ts_event = _time_of(ticker)
    bid, ask, last, mark = (
        optional(part, field(ticker, part)) or None for part in ("bid", "ask", "last", "markPrice")
    )
    if bid is not None or ask is not None:
        book.quote(name, bid, ask, ts_event=ts_event)
    if last is not None:
        book.price(name, last, ts_event=ts_event)
    if mark is not None:
        book.mark_price(name, mark, ts_event=ts_event)


def _names(what: str, value: object) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise invalid(what, value, "a list of text")
    return [needed(what, each) for each in value]


def _filler(
    book: "Book",
    trade: Mapping[object, object],
    client_order_id: str | None,
    parts: tuple[object, ...],
) -> "Callable[[], Applied]":
    """What books a trade that was checked, so that of several none is booked if one is wrong."""
    strategy, account, source, symbol, contract_size, leg = parts
    order_id = text("order", field(trade, "order"))
    trade_id = text("id", field(trade, "id"))
    ts_event = _time_of(trade)
    if trade_id is None and (order_id is None or ts_event is None):
        raise invalid("id", None, "a trade id, or an order id and a timestamp")
    liquidity = field(trade, "takerOrMaker")
    return partial(
        book.fill,
        needed("symbol", first(symbol, field(trade, "symbol"))),
        word("side", field(trade, "side"), _SIDES),
        _qty("amount", field(trade, "amount"), contract_size),
        number("price", field(trade, "price")),
        trade_id=trade_id,
        client_order_id=client_order_id,
        venue_order_id=order_id,
        strategy=text("strategy", strategy),
        account=needed("account", account),
        fees=_fees(trade),
        liquidity=word("takerOrMaker", liquidity, _LIQUIDITY) if liquidity is not None else None,
        leg=word("leg", leg, LEGS) if leg is not None else None,
        source=text("source", source),
        ts_event=ts_event,
    )


def _time_of(row: object) -> int | None:
    known = nanoseconds("timestamp", field(row, "timestamp"), "ms")
    return known if known is not None else nanoseconds("datetime", field(row, "datetime"), "ms")


def _qty(what: str, amount: object, contract_size: object) -> Decimal:
    qty = number(what, amount)
    return qty if contract_size is None else product(qty, number("contract_size", contract_size))


def _fees(trade: object) -> dict[str, Number] | None:
    """Every fee that is known; `fee` only where `fees` has none, for it repeats them."""
    listed = field(trade, "fees")
    single = field(trade, "fee")
    known = _known_fees("fees", [] if listed is None else rows("fees", listed))
    return fees_of(known or _known_fees("fee", [] if single is None else [single]))


def _known_fees(what: str, entries: list[object]) -> list[tuple[str, Decimal]]:
    known = []
    for entry in entries:
        mapping(what, entry)
        cost = optional(f"{what}.cost", field(entry, "cost"))
        currency = text(f"{what}.currency", field(entry, "currency"))
        if cost is not None and currency is not None:
            known.append((currency, cost))
    return known


def _trades_of(order: object) -> list[dict[object, object]]:
    """The trades that an order lists with id, amount and price; the order says what else they leave
    out.
    """
    listed = field(order, "trades")
    time = first(field(order, "lastTradeTimestamp"), field(order, "timestamp"))
    ours = {"order": field(order, "id"), "timestamp": time}
    ours |= {part: field(order, part) for part in ("symbol", "side")}
    return [
        {part: first(field(trade, part), ours.get(part)) for part in _TRADE}
        for trade in ([] if listed is None else rows("trades", listed))
        if all(first(field(trade, part)) is not None for part in ("id", "amount", "price"))
    ]


def _remains(order: object) -> bool:
    remaining = optional("remaining", field(order, "remaining"))
    if remaining is not None:
        return remaining > 0
    filled, amount = (optional(part, field(order, part)) for part in ("filled", "amount"))
    return filled is not None and amount is not None and filled < amount


def _is_seen(book: "Book", currency: str, account: str) -> bool:
    balance = book.balance(currency, account=account)
    return balance.total != 0 or balance.stated is not None


def _signed(row: object, contract_size: object) -> Decimal:
    qty = _qty("contracts", field(row, "contracts"), contract_size).copy_abs()
    if qty == 0:
        return qty
    return qty.copy_negate() if word("side", field(row, "side"), _SIGNS) < 0 else qty
