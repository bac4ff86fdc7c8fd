"""Objects of ib_async (and of ib_insync and ibapi, which name their fields alike).

1. An execution is known by its `execId`. One that differs from another only in its last part,
   after the last dot, corrects the one numbered 01 and what corrected that before.
2. Quantities are contracts: the instrument is registered with `multiplier=contract.multiplier`.
3. What IB leaves unset, `sys.float_info.max` or 2**31 - 1 and the like, is None.
"""

import re
import sys
from typing import TYPE_CHECKING

from truebook._errors import UnknownInstrument
from truebook._ingest.field import (
    Liquidity,
    Number,
    Side,
    field,
    first,
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

_SIDES: dict[str, Side] = {"BOT": "buy", "SLD": "sell", "BUY": "buy", "SELL": "sell"}
_LIQUIDITY: dict[object, Liquidity] = {1: "maker", 2: "taker"}
_UNSET = (2**31 - 1, 2**63 - 1, 2**127 - 1, sys.float_info.max)
_REVISION = re.compile(r"(.+\.)(\d\d)", re.ASCII)
_CASH = "CashBalance"
_BASE = "BASE"


def ib_fill(
    book: "Book",
    fill: object,
    *,
    strategy: str | None = None,
    account: str | None = None,
    source: str | None = None,
    symbol: str | None = None,
    client_order_id: str | None = None,
) -> "Applied | None":
    """Book a Fill, once however often it is reported; with its commission where that has come.

    `account` is the execution's `acctNumber` where it is None, `symbol` the registered one of
    `localSymbol`, `conId` and, for stocks, `symbol`. The order is the one that the book knows by
    `orderRef` or `orderId`, else by `permId`. A correction takes back what it corrects. The fill of
    a combination is None: its legs are reported too. Raises `InvalidValue` and `UnknownInstrument`.
    """
    contract, execution = _part(fill, "contract"), _part(fill, "execution")
    if _kind(contract) == "BAG":
        return None
    trade_id = needed("execId", field(execution, "execId"))
    name = _symbol(book, contract, symbol)
    where = _account(account, field(execution, "acctNumber"))
    side = word("side", field(execution, "side"), _SIDES)
    perm_id = _id("permId", execution)
    return book.fill(
        name,
        side,
        number("shares", _known(field(execution, "shares"))),
        number("price", _known(field(execution, "price"))),
        trade_id=trade_id,
        client_order_id=_order_id(book, (name, side), execution, client_order_id),
        venue_order_id=perm_id,
        strategy=text("strategy", strategy),
        account=where,
        fees=_fees(fill, trade_id),
        liquidity=_liquidity(execution),
        revises=_original(trade_id),
        source=text("source", source),
        ts_event=_time_of(fill, execution),
    )


def ib_commission(
    book: "Book",
    fill_or_report: object,
    *,
    account: str | None = None,
    symbol: str | None = None,
) -> "Applied | None":
    """Book the commission of an execution that was booked without it; None where it is not known.

    A Fill says of which instrument and account; with a CommissionReport alone `symbol` is needed,
    and `account` is "default" where it is None. Raises `InvalidValue` and `UnknownInstrument`.
    """
    of_fill = field(fill_or_report, "commissionReport")
    charged = _commission(fill_or_report if of_fill is None else of_fill)
    if of_fill is None:
        name = needed("symbol", symbol)
        where = _account(account, None)
    else:
        contract, execution = _part(fill_or_report, "contract"), _part(fill_or_report, "execution")
        if _kind(contract) == "BAG":
            return None
        name = _symbol(book, contract, symbol)
        where = _account(account, field(execution, "acctNumber"))
    if charged is None:
        return None
    trade_id, currency, amount = charged
    return book.late_fee(name, trade_id, amount, fee_currency=currency, account=where)


def ib_position(
    book: "Book",
    position: object,
    *,
    account: str | None = None,
    symbol: str | None = None,
) -> "Applied":
    """State the quantity that IB says is held: a Position or a PortfolioItem.

    Raises `InvalidValue` and `UnknownInstrument`.
    """
    name = _symbol(book, _part(position, "contract"), symbol)
    qty = number("position", _known(field(position, "position")))
    return book.venue_position(name, qty, account=_account(account, field(position, "account")))


def ib_account_value(
    book: "Book", value: object, *, account: str | None = None
) -> "Applied | None":
    """State the cash that IB says there is in one currency: the tag "CashBalance".

    None, and nothing is booked, for every other tag, for the sum over currencies ("BASE") and for
    the part of a model. Raises `InvalidValue`.
    """
    tag = needed("tag", field(value, "tag"))
    currency = text("currency", field(value, "currency"))
    if tag != _CASH or currency == _BASE or first(field(value, "modelCode")) is not None:
        return None
    total = number("value", _known(field(value, "value")))
    where = _account(account, field(value, "account"))
    return book.venue_balance(needed("currency", currency), total, account=where)


def _part(source: object, name: str) -> object:
    part = field(source, name)
    if part is None:
        raise invalid(name, source, f"an object with the field {name}")
    return part


def _kind(contract: object) -> str | None:
    return text("secType", field(contract, "secType"))


def _known(value: object) -> object:
    is_unset = isinstance(value, int | float) and value in _UNSET
    return None if is_unset else first(value)


def _id(name: str, source: object) -> str | None:
    """An id that is a number above 0, as text."""
    value = _known(field(source, name))
    return None if isinstance(value, int) and value <= 0 else text(name, value)


def _account(account: object, named: object) -> str:
    return text("account", account) or text("acctNumber", named) or "default"


def _symbol(book: "Book", contract: object, symbol: object) -> str:
    """The registered symbol; the first candidate where none is registered."""
    if symbol is not None:
        return needed("symbol", symbol)
    named = [text("localSymbol", field(contract, "localSymbol")), _id("conId", contract)]
    if _kind(contract) in ("STK", "CRYPTO"):
        named.append(text("symbol", field(contract, "symbol")))
    candidates = [each for each in named if each is not None]
    if not candidates:
        raise invalid("localSymbol", None, "a localSymbol, a conId, or symbol=")
    for each in candidates:
        try:
            book.position(each)
        except UnknownInstrument:
            continue
        return each
    return candidates[0]


def _order_id(
    book: "Book", traded: tuple[str, Side], execution: object, given: object
) -> str | None:
    """Our id of the order: what is given, else `orderRef` or `orderId` where the book has that
    order. A reference may be a label of many orders, and an `orderId` come again: both are only
    taken for an order of the same instrument and side that IB has not given another `permId`.
    """
    if given is not None:
        return needed("client_order_id", given)
    perm_id = _id("permId", execution)
    candidates = (text("orderRef", field(execution, "orderRef")), _id("orderId", execution))
    for each in candidates:
        order = book.order(each) if each is not None else None
        if order is None or (order.symbol, order.side) != traded:
            continue
        if perm_id is None or order.venue_order_id in (None, perm_id):
            return each
    return None


def _original(trade_id: str) -> str | None:
    """What `trade_id` corrects: "a.01" for "a.02" and "a.03". What was corrected before stands for
    the original, so a revision that was missed leaves nothing behind.
    """
    parts = _REVISION.fullmatch(trade_id)
    return None if parts is None or int(parts[2]) <= 1 else f"{parts[1]}01"


def _commission(report: object) -> "tuple[str, str | None, Number] | None":
    """Execution, currency and amount of a report that has come; None of one that has not."""
    trade_id = text("execId", field(report, "execId"))
    said = first(field(report, "commission"), field(report, "commissionAndFees"))
    amount = _known(said)
    if trade_id is None or amount is None:
        return None
    currency = text("currency", field(report, "currency"))
    return trade_id, currency, number("commission", amount)


def _fees(fill: object, trade_id: str) -> "dict[str, Number] | None":
    report = field(fill, "commissionReport")
    charged = None if report is None else _commission(report)
    if charged is None or charged[0] != trade_id or charged[1] is None:
        return None
    return {charged[1]: charged[2]}


def _liquidity(execution: object) -> Liquidity | None:
    # A number that is 1 added, 2 removed, 3 routed out; ibapi wraps it.
    value = optional("lastLiquidity", _known(field(execution, "lastLiquidity")))
    return None if value is None else _LIQUIDITY.get(int(value))


def _time_of(fill: object, execution: object) -> int | None:
    time = nanoseconds("time", field(execution, "time"), "s")
    # The epoch itself is a time that was never set.
    return time or nanoseconds("time", field(fill, "time"), "s") or None
