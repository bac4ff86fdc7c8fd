"""The compiled part of truebook."""

from decimal import Decimal
from os import PathLike
from types import TracebackType
from typing import Literal, Self, TypeAlias, final

__all__ = ["Applied", "Book", "Portfolio", "Position", "open", "run_cli"]

# A float is taken by its shortest text; bool, None and NaN are refused.
_Number: TypeAlias = str | int | float | Decimal
_Path: TypeAlias = str | PathLike[str]
_Side: TypeAlias = Literal["buy", "sell"]

@final
class Applied:
    """What became of a call: where it was booked."""

    @property
    def sequence(self) -> int:
        """The sequence of the event that booked it."""
    @property
    def duplicate(self) -> bool:
        """Whether it had been booked before."""
    @property
    def quarantined(self) -> str | None:
        """Why it could not be booked, or None."""
    @property
    def client_order_id(self) -> str | None:
        """The order's client id, where it is one."""

@final
class Book:
    """The book of record. Open one with `truebook.open`."""

    def add_instrument(
        self,
        symbol: str,
        *,
        base: str,
        quote: str,
        price_precision: int,
        qty_precision: int,
        kind: Literal["spot", "equity"] = "spot",
        tick: _Number | None = None,
        lot: _Number | None = None,
        maker_fee: _Number | None = None,
        taker_fee: _Number | None = None,
        min_notional: _Number | None = None,
    ) -> Applied:
        """Register an instrument. A repeat with the same properties changes nothing."""
    def deposit(self, currency: str, amount: _Number, *, id: str | None = None) -> Applied:
        """Book cash that came in. A repeat of `id` is booked once."""
    def withdraw(self, currency: str, amount: _Number, *, id: str | None = None) -> Applied:
        """Book cash that went out. Refused above the free balance."""
    def quote(
        self,
        symbol: str,
        bid: _Number | None,
        ask: _Number | None,
        *,
        ts_event: int | None = None,
    ) -> None:
        """Take a quote; None is a missing side. `ts_event` is in nanoseconds since the epoch."""
    def price(self, symbol: str, last: _Number, *, ts_event: int | None = None) -> None:
        """Take a last price. `ts_event` is in nanoseconds since the epoch."""
    def fill(
        self,
        symbol: str,
        side: _Side,
        qty: _Number,
        price: _Number,
        *,
        trade_id: str,
        client_order_id: str | None = None,
        venue_order_id: str | None = None,
        strategy: str | None = None,
        fee: _Number | None = None,
        fee_currency: str | None = None,
        ts_event: int | None = None,
    ) -> Applied:
        """Book an execution, once however often it is reported."""
    def submit(
        self,
        symbol: str,
        side: _Side,
        qty: _Number,
        *,
        price: _Number | None = None,
        strategy: str | None = None,
        client_order_id: str | None = None,
        reduce_only: bool = False,
    ) -> Applied:
        """Check an order and record the intent to send it; without a price, a market order."""
    def would_refuse(
        self,
        symbol: str,
        side: _Side,
        qty: _Number,
        *,
        price: _Number | None = None,
        strategy: str | None = None,
        reduce_only: bool = False,
    ) -> str | None:
        """The rule that an order would break now, or None. Books nothing."""
    def canceled(self, client_order_id: str) -> Applied:
        """Book that the venue cancelled an order; what was filled stays."""
    def position(self, symbol: str, *, strategy: str | None = None) -> Position:
        """The position of one strategy, or the account's net."""
    def positions(self) -> list[Position]:
        """Every open position, by strategy."""
    def portfolio(self) -> Portfolio:
        """What the book adds up to in the reporting currency."""
    def balance(self, currency: str) -> Decimal:
        """The total balance of a currency; 0 where nothing was booked."""
    def halt(self, reason: str) -> Applied:
        """Refuse every order until `resume`."""
    def reduce(self, reason: str = "reduce") -> Applied:
        """Refuse every order that does not reduce until `resume`."""
    def resume(self, reason: str = "resume") -> Applied:
        """Take orders again."""
    @property
    def durable_sequence(self) -> int:
        """The newest event that survives; 0 without a database."""
    def wait_durable(self, sequence: int, timeout: float = 10.0) -> bool:
        """Wait until `sequence` is durable; False when `timeout` seconds are over."""
    def close(self) -> None:
        """Keep everything and end. A repeat does nothing."""
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        *_exception: type[BaseException] | BaseException | TracebackType | None,
    ) -> None: ...

@final
class Portfolio:
    """What the book adds up to, in the reporting currency."""

    @property
    def equity(self) -> Decimal:
        """What was paid in, plus the PnL."""
    @property
    def cash(self) -> Decimal:
        """Balances that no position accounts for."""
    @property
    def holdings(self) -> Decimal:
        """Positions at their marks."""
    @property
    def realized_pnl(self) -> Decimal:
        """Realized PnL, gross of fees."""
    @property
    def unrealized_pnl(self) -> Decimal:
        """Unrealized PnL, gross of fees."""
    @property
    def fees(self) -> Decimal:
        """Fees paid."""
    @property
    def active(self) -> int:
        """Open positions, dust apart."""
    @property
    def dust(self) -> int:
        """Open positions that are dust."""
    @property
    def total(self) -> int:
        """Open positions, dust included."""
    @property
    def by_strategy(self) -> dict[str, Decimal]:
        """PnL after fees by strategy."""
    @property
    def missing_rates(self) -> list[str]:
        """Currencies without a rate to the reporting currency."""
    @property
    def sequence(self) -> int:
        """The sequence at which this holds."""

@final
class Position:
    """A position at one sequence: of one strategy, or the account's net."""

    @property
    def symbol(self) -> str:
        """What is held."""
    @property
    def strategy(self) -> str | None:
        """Who decided it; None is the account's net."""
    @property
    def account(self) -> str:
        """Whose account."""
    @property
    def side(self) -> Literal["long", "short", "flat"]:
        """One of long, short and flat."""
    @property
    def qty(self) -> Decimal:
        """Quantity in base units, never negative."""
    @property
    def signed_qty(self) -> Decimal:
        """Quantity in base units, negative when short."""
    @property
    def avg_px(self) -> Decimal | None:
        """Average price of the open quantity at 8 decimals; None when flat."""
    @property
    def cost(self) -> Decimal:
        """Exact cost of the open quantity in quote currency, signed."""
    @property
    def mark(self) -> Decimal | None:
        """The price at which it is valued; None before the first."""
    @property
    def realized_pnl(self) -> Decimal:
        """Realized PnL in quote currency, gross of fees."""
    @property
    def unrealized_pnl(self) -> Decimal | None:
        """Unrealized PnL in quote currency, gross of fees; None without a mark."""
    @property
    def fees(self) -> dict[str, Decimal]:
        """Fees by currency."""
    @property
    def opened_at(self) -> int:
        """When it was opened from flat, nanoseconds since the epoch."""
    @property
    def updated_at(self) -> int:
        """When a fill last changed it, nanoseconds since the epoch."""
    @property
    def is_dust(self) -> bool:
        """Whether it is held but worth less than the dust threshold."""
    @property
    def sequence(self) -> int:
        """The sequence of the event that last changed it."""

def open(
    path: _Path | None = None,
    *,
    config: _Path | None = None,
    mode: Literal["paper", "live"] | None = None,
    threading: Literal["engine", "inline"] = "engine",
    clock: Literal["system", "event"] = "system",
    durability: Literal["disk", "os"] | None = None,
    pin: int | None = None,
) -> Book:
    """Open a book.

    `path` is the database, None keeps nothing. `config` is a path to a TOML file. Raises StoreError
    for a file that cannot be used and InvalidValue for a configuration that cannot be taken.

    `mode` is "paper" or "live" and `durability` "disk" or "os"; where they are None, what the
    configuration says, else "paper" and "disk".
    """

def run_cli(args: list[str]) -> int:
    """Runs the command line with `args`, the program's name first, and returns its exit code."""
