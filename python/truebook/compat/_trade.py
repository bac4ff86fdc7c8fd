"""A trade with the names that bots have for it, read exactly."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from truebook._ingest.field import (
    fees_of,
    field,
    first,
    invalid,
    mapping,
    needed,
    number,
    optional,
    product,
    text,
)
from truebook._ingest.instant import nanoseconds, unit_of
from truebook.compat._record import Record, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Number: TypeAlias = str | int | float | Decimal

_SIDES: dict[str, Literal["buy", "sell"]] = {"buy": "buy", "sell": "sell"}
_SYMBOL = ("symbol", "pair")
_AMOUNT = ("amount", "qty", "quantity", "size", "filled")
_PRICE = ("price", "fill_price", "average")
_ID = ("trade_id", "id")
_TIME = ("timestamp", "ts", "datetime", "time", "executed_at")
_STRATEGY = ("strategy", "strategy_name")
_EXCHANGE = ("exchange", "venue")
_ORDER = ("order_id", "order")
_FEES = ("fees", "fee", "commission")
_FEE_CURRENCY = ("fee_currency", "commission_asset", "commissionAsset")


class Trade(Record):
    """One execution of ours.

    Numbers are Decimal, exactly as given; a float counts by its shortest text. `timestamp` is in
    UTC, `ts` the same in nanoseconds since the epoch. `fees` are by currency; those given as a
    bare number without `fee_currency` are in the quote currency, under "" here.

    A trade without `id` gets one made of its symbol, side, amount, price, order id and time: the
    same report again is the same trade. Without a time as well, nothing tells two trades apart,
    and each is a new one. Raises InvalidValue with the field, what was found and what is allowed.
    """

    fields: ClassVar[tuple[str, ...]] = (
        "id",
        "symbol",
        "side",
        "amount",
        "price",
        "timestamp",
        "strategy",
        "exchange",
        "fees",
        "order_id",
        "client_order_id",
        "account",
        "realized_pnl",
    )
    __slots__ = (
        "account",
        "amount",
        "client_order_id",
        "exchange",
        "fees",
        "id",
        "order_id",
        "price",
        "realized_pnl",
        "side",
        "strategy",
        "symbol",
        "ts",
    )

    def __init__(
        self,
        symbol: str,
        side: str,
        amount: Number,
        price: Number,
        *,
        id: str | int | None = None,
        timestamp: datetime | Number | None = None,
        strategy: str | None = None,
        exchange: str | None = None,
        fees: object = None,
        fee_currency: str | None = None,
        order_id: str | int | None = None,
        client_order_id: str | int | None = None,
        account: str = "default",
        realized_pnl: Decimal | None = None,
    ) -> None:
        """Take what is told of a trade. `timestamp` is a datetime, ISO 8601 text or a number whose
        unit its size says; without a zone it is UTC."""
        self.symbol = needed("symbol", symbol)
        self.side: Literal["buy", "sell"] = _side(side)
        self.amount = number("amount", amount)
        self.price = number("price", price)
        if self.amount <= 0:
            raise invalid("amount", amount, "a number above 0")
        self.strategy = text("strategy", strategy)
        self.exchange = text("exchange", _plain(exchange))
        self.order_id = text("order_id", _plain(order_id))
        self.client_order_id = text("client_order_id", _plain(client_order_id))
        self.account = account
        self.realized_pnl = realized_pnl
        self.fees = dict(_fees(fees, text("fee_currency", fee_currency)))
        ts = _time(timestamp)
        known = text("id", _plain(id))
        self.id = known if known is not None else self._made_id(ts)
        self.ts = time.time_ns() if ts is None else ts

    @classmethod
    def of(cls, source: object) -> Trade:
        """The trade that a dict or an object tells, by any of the names that bots use.

        Where two of them say different amounts or prices, it is an order, not a trade, and is
        refused: `book.ingest_ccxt_order` reads those.
        """
        return cls(
            _named(source, _SYMBOL),
            _named(source, ("side",)),
            _agreed(source, _AMOUNT),
            _agreed(source, _PRICE),
            id=_named(source, _ID),
            timestamp=_named(source, _TIME),
            strategy=_named(source, _STRATEGY),
            exchange=_named(source, _EXCHANGE),
            fees=next((v for v in _values(source, _FEES) if _is_told(v)), None),
            fee_currency=_named(source, _FEE_CURRENCY),
            order_id=_named(source, _ORDER),
            client_order_id=_named(source, ("client_order_id", "clientOrderId")),
        )

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Trade:
        """The trade of a row of the book's table of fills."""
        made = cls(
            row["symbol"],
            row["side"],
            row["last_qty"],
            row["last_px"],
            id=row["trade_id"],
            strategy=row["strategy"],
            exchange=row["source"],
            fees=json.loads(row["fees"] or "{}"),
            order_id=row["venue_order_id"],
            client_order_id=row["client_order_id"],
            account=row["account"],
            realized_pnl=row["realized_pnl"],
        )
        made.ts = row["ts"]
        return made

    @property
    def timestamp(self) -> datetime:
        """When it happened, in UTC, to the microsecond."""
        return instant(self.ts)

    @property
    def total_value(self) -> Decimal:
        """Amount times price, exactly."""
        return product(self.amount, self.price)

    def __repr__(self) -> str:
        return f"Trade({self.id!r}, {self.side} {self.amount} {self.symbol} @ {self.price})"

    def _made_id(self, ts: int | None) -> str:
        if ts is None:
            return f"made-{uuid.uuid4().hex}"
        numbers = (f"{self.amount.normalize():f}", f"{self.price.normalize():f}")
        parts = (self.symbol, self.side, *numbers, self.order_id, self.client_order_id, ts)
        return f"made-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}"


def _time(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        value = number("timestamp", value)
    return nanoseconds("timestamp", value, unit_of(value))


def _values(source: object, names: tuple[str, ...]) -> Iterator[object]:
    return (field(source, name) for name in names)


def _named(source: object, names: tuple[str, ...]) -> Any:
    """What is under the first of `names` that says something."""
    return first(*_values(source, names))


def _agreed(source: object, names: tuple[str, ...]) -> Decimal:
    """The number that is under one of `names`; under several it must be the same."""
    found = {name: optional(name, field(source, name)) for name in names}
    told = {name: value for name, value in found.items() if value is not None}
    if not told:
        raise invalid(names[0], None, "str, int, float or Decimal")
    if len(set(told.values())) > 1:
        names_told = " and ".join(told)
        raise invalid(names_told, list(told.values()), "one number: an order is not a trade")
    return next(iter(told.values()))


def _side(value: object) -> Literal["buy", "sell"]:
    for told in (value, field(value, "value"), field(value, "name")):
        if isinstance(told, str) and told.lower() in _SIDES:
            return _SIDES[told.lower()]
    raise invalid("side", value, "'buy' or 'sell'")


def _plain(value: object) -> object:
    return str(value) if isinstance(value, uuid.UUID) else value


def _is_told(value: object) -> bool:
    if isinstance(value, Mapping | list | tuple | str):
        return len(value) > 0
    return value is not None


def _fees(value: object, currency: str | None) -> Mapping[str, Decimal]:
    if not _is_told(value):
        return {}
    if isinstance(value, list | tuple):
        return _summed([_of_ccxt(mapping("fees", part)) for part in value])
    if isinstance(value, Mapping):
        if "cost" in value or "currency" in value:
            return _summed([_of_ccxt(value)])
        return _summed([(needed("fees", name), number("fees", value[name])) for name in value])
    return {currency or "": number("fee", value)}


def _of_ccxt(fee: Mapping[object, object]) -> tuple[str, Decimal] | None:
    """A fee without an amount or a currency is not known."""
    cost = optional("fee.cost", fee.get("cost"))
    currency = text("fee.currency", fee.get("currency"))
    return None if cost is None or currency is None else (currency, cost)


def _summed(parts: list[tuple[str, Decimal] | None]) -> Mapping[str, Decimal]:
    found = fees_of(part for part in parts if part is not None) or {}
    return {name: Decimal(amount) for name, amount in found.items()}
