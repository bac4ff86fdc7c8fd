"""The compiled part of truebook."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from os import PathLike
from types import TracebackType
from typing import Any, Generic, Literal, Protocol, Self, TypeAlias, TypeVar, final, overload

__all__ = [
    "Applied",
    "Balance",
    "Bar",
    "BarSet",
    "BarSynchronizer",
    "Book",
    "ClosedPosition",
    "Event",
    "Order",
    "Pnl",
    "Portfolio",
    "Position",
    "Records",
    "Status",
    "Strategy",
    "StrategyDesk",
    "Subscription",
    "Table",
    "View",
    "bars",
    "features",
    "open",
    "pair_features",
    "run_cli",
]

_T = TypeVar("_T")

# A float is taken by its shortest text; bool, None and NaN are refused.
_Number: TypeAlias = str | int | float | Decimal
_Path: TypeAlias = str | PathLike[str]
_Names: TypeAlias = str | Iterable[str]
_Side: TypeAlias = Literal["buy", "sell"]
_Leg: TypeAlias = Literal["net", "long", "short"]
_TimeInForce: TypeAlias = Literal["gtc", "ioc", "fok", "day", "gtd"]
_Kind: TypeAlias = Literal[
    "spot",
    "equity",
    "perpetual",
    "future",
    "inverse_perpetual",
    "inverse_future",
    "option",
    "fx",
]

class _Arrow(Protocol):
    """A table with the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

# A mapping's columns are lists, arrays or series of any library.
_Data: TypeAlias = _Arrow | Mapping[str, Any]
_Gap: TypeAlias = Literal["skip", "fail", "interpolate"] | tuple[Literal["last_known"], int]
_Spans: TypeAlias = int | Sequence[int]
_Rule: TypeAlias = str | tuple[Literal["ticks"], int] | tuple[Literal["volume", "value"], _Number]
_Outcome: TypeAlias = Literal[
    "taken",
    "out_of_order",
    "duplicate",
    "corrected",
    "late",
    "future",
    "unexpected",
    "off_grid",
    "invalid",
    "crowded",
]

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
        kind: _Kind = "spot",
        settle: str | None = None,
        venue: str | None = None,
        tick: _Number | None = None,
        lot: _Number | None = None,
        min_qty: _Number | None = None,
        max_qty: _Number | None = None,
        multiplier: _Number | None = None,
        maker_fee: _Number | None = None,
        taker_fee: _Number | None = None,
        min_notional: _Number | None = None,
        leverage: _Number | None = None,
        expiry: int | None = None,
    ) -> Applied:
        """Register an instrument, or change its steps and fees; a repeat changes nothing.
        `maker_fee` and
        `taker_fee` are in percent; `expiry` is in nanoseconds since the epoch.
        """
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
    def trade_print(
        self,
        symbol: str,
        price: _Number,
        qty: _Number,
        *,
        ts_event: int | None = None,
    ) -> None:
        """Take a public trade: its price is the last one, and the bars that the configuration makes
        of trades have it. `ts_event` is in nanoseconds since the epoch."""
    def mark_price(self, symbol: str, mark: _Number, *, ts_event: int | None = None) -> None:
        """Take the venue's own mark. `ts_event` is in nanoseconds since the epoch."""
    def position(
        self,
        symbol: str,
        *,
        strategy: str | None = None,
        account: str = "default",
    ) -> Position:
        """The position of one strategy, or the account's net."""
    def positions(self) -> Records[Position]:
        """Every open position, by account, strategy and leg; a list that is a table, too."""
    def closed_positions(self) -> Records[ClosedPosition]:
        """The newest round trips that have ended, at most 10,000, oldest first; a list that is a
        table, too."""
    def balances(self, *, floats: bool = False) -> Table:
        """Every balance that is not empty, as a table; with `floats` its decimals are floats."""
    def fills(self, *, floats: bool = False, timeout: float = 10.0) -> Table:
        """Every execution that was booked, oldest first, as a table. Needs a database."""
    def snapshots(self, *, floats: bool = False, timeout: float = 10.0) -> Table:
        """What the book came to at the turn of each hour and day, as a table. Needs a database."""
    def history(self, table: str, *, floats: bool = False, timeout: float = 10.0) -> Table:
        """A table or view of the history by its name, of everything up to now: "orders",
        "closed_positions", "bars", "daily_pnl" and so on, see `docs/tables.md`. Needs a database;
        waits at most `timeout` seconds for its tables."""
    def order(self, client_order_id: str) -> Order | None:
        """An order by its client id, or None."""
    def orders(self) -> Records[Order]:
        """Every order that can still fill, oldest first; a list that is a table, too."""
    def strategy(self, name: str) -> Strategy | None:
        """What a strategy did, or None where it is unknown."""
    def portfolio(self) -> Portfolio:
        """What the book adds up to in the reporting currency."""
    def pnl(
        self,
        *,
        by: Literal["strategy", "account", "instrument", "currency"] = "strategy",
    ) -> dict[str, Pnl]:
        """PnL by "strategy", "account" or "instrument" in the reporting currency, or by
        "currency", each in itself.
        """
    def balance(self, currency: str, *, account: str = "default") -> Balance:
        """A balance: `total`, `free`, `in_orders`, `in_margin`, `stated`; 0 where nothing was
        booked.
        """
    def advance(self, now: int) -> Applied:
        """Say that it is `now`, nanoseconds since the epoch, in a book opened with
        `clock="event"`: what is told without a time happens then."""
    def halt(self, reason: str) -> Applied:
        """Refuse every order until `resume`."""
    def reduce(self, reason: str = "reduce") -> Applied:
        """Refuse every order that does not reduce until `resume`."""
    def resume(self, reason: str = "resume") -> Applied:
        """Take orders again."""
    def set_state(self, key: str, value: str) -> Applied:
        """Keep text, at most 64 KiB, under a key for every component to read."""
    def state(self, key: str) -> str | None:
        """The text under a key, or None."""
    def wait_durable(self, sequence: int, timeout: float = 10.0) -> bool:
        """Wait until `sequence` is durable; False when `timeout` seconds are over. Holds up no
        other
        thread, and Ctrl-C ends it.
        """
    def add_account(self, name: str) -> Applied:
        """Register an account. A repeat changes nothing."""
    def deposit(
        self,
        currency: str,
        amount: _Number,
        *,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Book cash that came in. A repeat of `id` is booked once."""
    def withdraw(
        self,
        currency: str,
        amount: _Number,
        *,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Book cash that went out. Refused above the free balance."""
    def adjust(
        self,
        currency: str,
        amount: _Number,
        *,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Book a signed correction of a balance."""
    def transfer(
        self,
        currency: str,
        amount: _Number,
        *,
        to: str,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Move cash from one account to another. Refused above the free balance."""
    def funding(
        self,
        symbol: str,
        currency: str,
        amount: _Number,
        *,
        strategy: str | None = None,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Book funding: positive was received. A repeat of `id` is booked once."""
    def dividend(
        self,
        symbol: str,
        currency: str,
        amount: _Number,
        *,
        strategy: str | None = None,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Book a dividend: positive was received. A repeat of `id` is booked once."""
    def interest(
        self,
        currency: str,
        amount: _Number,
        *,
        strategy: str | None = None,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Book interest: positive was received. A repeat of `id` is booked once."""
    def split(
        self,
        symbol: str,
        numerator: int,
        denominator: int,
        *,
        cash_px: _Number | None = None,
        id: str | None = None,
    ) -> Applied:
        """Split every position: each `denominator` shares become `numerator`. What is left of a lot
        is
        paid out at `cash_px`.
        """
    def adopt(
        self,
        symbol: str,
        qty: _Number,
        *,
        cost: _Number | None = None,
        strategy: str | None = None,
        account: str = "default",
        id: str | None = None,
    ) -> Applied:
        """Take in a position that was held before; `cost` None is unknown. With `qty` 0, give the
        cost of
        what was taken in without one.
        """
    def venue_balance(
        self,
        currency: str,
        total: _Number,
        *,
        account: str = "default",
        ts_event: int | None = None,
    ) -> Applied:
        """Record the total that the venue says a balance has. A difference gates orders that
        open.
        """
    def venue_position(
        self,
        symbol: str,
        qty: _Number,
        *,
        account: str = "default",
        ts_event: int | None = None,
    ) -> Applied:
        """Record the net quantity that the venue says is held. A difference gates orders that
        open.
        """
    def submit(
        self,
        symbol: str,
        side: _Side,
        qty: _Number,
        *,
        price: _Number | None = None,
        stop: _Number | None = None,
        strategy: str | None = None,
        account: str = "default",
        client_order_id: str | None = None,
        reduce_only: bool = False,
        leg: _Leg | None = None,
        time_in_force: _TimeInForce = "gtc",
        expire_time: int | None = None,
        one_cancels: str | None = None,
        bracket_of: str | None = None,
        ts_event: int | None = None,
        durable: bool = False,
    ) -> Applied:
        """Check an order and record the intent to send it. Without price and stop it is a market
        order; `expire_time` is for "gtd", in nanoseconds since the epoch. With `durable` it is on
        disk when this returns, and may leave.
        """
    def would_refuse(
        self,
        symbol: str,
        side: _Side,
        qty: _Number,
        *,
        price: _Number | None = None,
        stop: _Number | None = None,
        strategy: str | None = None,
        account: str = "default",
        client_order_id: str | None = None,
        reduce_only: bool = False,
        leg: _Leg | None = None,
    ) -> str | None:
        """The rule that an order would break now, or None. Books nothing."""
    def amend(
        self,
        client_order_id: str,
        *,
        qty: _Number | None = None,
        price: _Number | None = None,
    ) -> Applied:
        """Change quantity or limit of an order that stands. Refused as a new order would be."""
    def accept(self, client_order_id: str, venue_order_id: str | None = None) -> Applied:
        """Record that the venue knows an order, and by which id."""
    def reject(self, client_order_id: str) -> Applied:
        """Record that the venue refused an order."""
    def cancel_request(self, client_order_id: str) -> Applied:
        """Record that a cancel was sent."""
    def cancel_reject(self, client_order_id: str) -> Applied:
        """Record that the venue refused to cancel an order."""
    def canceled(self, client_order_id: str) -> Applied:
        """Record that the venue cancelled an order; what was filled stays."""
    def expire(self, client_order_id: str) -> Applied:
        """Record that an order ended by its time in force; what was filled stays."""
    def mark_unknown(self, client_order_id: str) -> Applied:
        """Record that nobody knows what became of an order; it keeps what it reserves."""
    def fill(
        self,
        symbol: str,
        side: _Side,
        qty: _Number,
        price: _Number,
        *,
        trade_id: str | None = None,
        client_order_id: str | None = None,
        venue_order_id: str | None = None,
        strategy: str | None = None,
        account: str = "default",
        fee: _Number | None = None,
        fee_currency: str | None = None,
        fees: dict[str, _Number] | None = None,
        liquidity: Literal["maker", "taker"] | None = None,
        leg: _Leg | None = None,
        revises: str | None = None,
        source: str | None = None,
        cum_qty: _Number | None = None,
        ts_event: int | None = None,
    ) -> Applied:
        """Book an execution, once however often it is reported. `fees` maps currencies to amounts,
        for
        more than one.
        """
    def bust(
        self,
        symbol: str,
        trade_id: str,
        *,
        side: _Side | None = None,
        account: str = "default",
    ) -> Applied:
        """Take an execution back: its quantity, cash and fees, exactly."""
    def late_fee(
        self,
        symbol: str,
        trade_id: str,
        fee: _Number,
        *,
        fee_currency: str | None = None,
        side: _Side | None = None,
        account: str = "default",
    ) -> Applied:
        """Book the fee of an execution that was booked without one."""
    @property
    def durable_sequence(self) -> int:
        """The newest event that survives; 0 without a database. Readable after close."""
    @property
    def tables_sequence(self) -> int:
        """The event up to which the history tables stand; 0 without a database. Readable after
        close."""
    def bar(
        self,
        symbol: str,
        timeframe: str,
        *,
        open: _Number,
        high: _Number,
        low: _Number,
        close: _Number,
        volume: _Number,
        ts_open: int,
        ts_event: int,
    ) -> Applied:
        """Record a bar that has closed; one of the same symbol, timeframe and opening replaces it
        in the history. `ts_open` and `ts_event`, when it closed, are in nanoseconds since the
        epoch."""
    def record_bars(self, symbol: str, timeframe: str, data: _Data) -> int:
        """Record bars that have closed, in their order; one of the same symbol, timeframe and
        opening replaces it in the history. `data` is a table of any library or a mapping of columns
        `ts_close` or `ts_open`, `open`, `high`, `low`, `close`, `volume`; times in nanoseconds
        since the epoch or timestamps. Where only one of the times is there, `timeframe` ("5m")
        gives the other. Of a table with a column `symbol` or `timeframe` the rows of these are
        taken. Gives how many were recorded. Raises InvalidValue for a column or a value that cannot
        be taken, with its row: the bars before it are recorded where only the book could tell, and
        a repeat of them changes nothing."""
    def observe(
        self,
        kind: str,
        symbol: str,
        value: _Number | None = None,
        *,
        text: str | None = None,
        source: str | None = None,
        ts_event: int | None = None,
    ) -> Applied:
        """Record a score from elsewhere; one of the same kind, symbol and time replaces it in the
        history."""
    def alert(
        self,
        level: Literal["info", "warning", "critical"],
        kind: str,
        text: str,
        *,
        symbol: str | None = None,
    ) -> Applied:
        """Record something that somebody should know."""
    def unresolved(self) -> list[str]:
        """The client ids of the orders whose fate is unknown since the book was opened: they may
        or may not have reached the venue. While there are any, every order is refused as
        NotReady."""
    def acknowledge(self) -> Applied:
        """Take orders although some are of unknown fate; they keep what they reserve."""
    def subscribe(
        self,
        kinds: _Names | None = None,
        *,
        symbols: _Names | None = None,
        strategies: _Names | None = None,
        accounts: _Names | None = None,
        since: int | None = None,
        overflow: Literal["drop_oldest", "conflate", "block"] = "drop_oldest",
    ) -> Subscription:
        """Hear what the book changes: everything, or what is of `kinds` and about `symbols`,
        `strategies` and `accounts`; from now on, or all that came after the event `since`, which
        needs a database. `overflow` says what becomes of events that are not read in time: the
        oldest are lost and counted, those about the same thing are replaced by the newest, or the
        book waits a moment and the rest comes from the database."""
    def view(self, at_least: int | None = None, *, timeout: float = 10.0) -> View:
        """The whole book at one sequence. With `at_least` it waits up to `timeout` seconds until
        the book has that sequence, which another thread brings."""
    def status(self) -> Status:
        """How the book does: sequences, the store, orders of unknown fate, producers, subscribers
        and latencies."""
    def ingest_ccxt_trade(self, obj: Mapping[str, Any], /, **named: Any) -> Applied | None:
        """Book a trade as ccxt gives it: see `docs/ingest.md`."""
    def ingest_ccxt_order(self, obj: Mapping[str, Any], /, **named: Any) -> Any:
        """Bring an order in step with what ccxt says of it."""
    def ingest_ccxt_balance(self, obj: Mapping[str, Any], /, **named: Any) -> list[Applied]:
        """Record the balances that the venue states, as ccxt gives them."""
    def ingest_ccxt_positions(
        self, obj: Sequence[Mapping[str, Any]], /, **named: Any
    ) -> list[Applied]:
        """Record the positions that the venue states, as ccxt gives them."""
    def ingest_ccxt_ticker(self, obj: Mapping[str, Any], /, **named: Any) -> None:
        """Take a quote as ccxt gives it."""
    def ingest_ccxt_ohlcv(self, obj: Sequence[Sequence[Any]], /, **named: Any) -> list[Applied]:
        """Record closed bars as ccxt gives them."""
    def ingest_ib_fill(self, obj: Any, /, **named: Any) -> Any:
        """Book an execution as ib_async gives it."""
    def ingest_ib_commission(self, obj: Any, /, **named: Any) -> Any:
        """Book the commission of an execution that was booked without one."""
    def ingest_ib_position(self, obj: Any, /, **named: Any) -> Any:
        """Record a position that the venue states, as ib_async gives it."""
    def ingest_ib_account_value(self, obj: Any, /, **named: Any) -> Any:
        """Record a cash balance that the venue states, as ib_async gives it."""
    def ingest_hummingbot_trade(self, obj: Any, /, **named: Any) -> Any:
        """Book a trade as hummingbot gives it."""
    def ingest_vnpy_trade(self, obj: Any, /, **named: Any) -> Any:
        """Book a trade as vn.py gives it."""
    def ingest_fix(self, obj: Mapping[Any, Any], /, **named: Any) -> Any:
        """Book what a FIX execution report says, given as a mapping of its tags or names."""
    def close(self) -> None:
        """Keep everything and end. A repeat does nothing."""
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        *_exception: type[BaseException] | BaseException | TracebackType | None,
    ) -> None: ...

@final
class Position:
    """A position at one sequence: of one strategy, or the account's net. Money is in the
    settlement currency.
    """
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def signed_qty(self) -> Decimal:
        """Quantity, negative when short."""
    @property
    def available_to_reduce(self) -> Decimal:
        """What no open order reduces already."""
    @property
    def cash_flow(self) -> Decimal:
        """Received less paid for the quantity, fees apart."""
    @property
    def funding(self) -> Decimal:
        """Funding, dividends and interest received less paid."""
    @property
    def margin(self) -> Decimal:
        """What it locks as margin."""
    @property
    def avg_px(self) -> Decimal | None:
        """Average price of the open quantity at the scale of its price; None when flat or
        unknown.
        """
    @property
    def cost(self) -> Decimal | None:
        """Exact cost of the open quantity, signed; None where it is unknown."""
    @property
    def mark(self) -> Decimal | None:
        """The price at which it is valued; None before the first."""
    @property
    def realized_pnl(self) -> Decimal | None:
        """Realized PnL, gross of fees; None where a cost is unknown."""
    @property
    def unrealized_pnl(self) -> Decimal | None:
        """Unrealized PnL, gross of fees; None without a mark or where a cost is unknown."""
    @property
    def opened_at(self) -> int:
        """When it was opened from flat, nanoseconds since the epoch; 0 when it is flat."""
    @property
    def updated_at(self) -> int:
        """When a fill last changed it, nanoseconds since the epoch."""
    @property
    def closed_trades(self) -> int:
        """Round trips that have ended."""
    @property
    def is_dust(self) -> bool:
        """Whether it is held but worth less than the dust threshold."""
    @property
    def sequence(self) -> int:
        """The sequence of the event that last changed it."""
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
    def leg(self) -> str:
        """"net", or "long" or "short" where the account is hedged."""
    @property
    def side(self) -> str:
        """"long", "short" or "flat"."""
    @property
    def qty(self) -> Decimal:
        """Quantity, never negative."""
    @property
    def fees(self) -> dict[str, Decimal]:
        """Fees by currency."""

@final
class ClosedPosition:
    """A round trip that has ended: from flat to flat, or to the other side."""
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def symbol(self) -> str:
        """What was held."""
    @property
    def strategy(self) -> str:
        """Who decided it."""
    @property
    def account(self) -> str:
        """Whose account."""
    @property
    def side(self) -> str:
        """"long" or "short"."""
    @property
    def entry_qty(self) -> Decimal:
        """How much was opened in all."""
    @property
    def entry_px(self) -> Decimal | None:
        """The average price at which it was opened, at the scale of its price."""
    @property
    def exit_px(self) -> Decimal | None:
        """The average price at which it was closed, at the scale of its price."""
    @property
    def peak_qty(self) -> Decimal:
        """The largest quantity held."""
    @property
    def realized_pnl(self) -> Decimal:
        """Realized PnL in the settlement currency, gross of fees."""
    @property
    def fees(self) -> Decimal:
        """Fees in the settlement currency."""
    @property
    def opened_at(self) -> int:
        """When it was opened, nanoseconds since the epoch."""
    @property
    def closed_at(self) -> int:
        """When it was closed, nanoseconds since the epoch."""
    @property
    def duration_ns(self) -> int:
        """How long it was held, in nanoseconds."""
    @property
    def sequence(self) -> int:
        """The sequence of the event that ended it."""

@final
class Order:
    """An order at one sequence."""
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def qty(self) -> Decimal:
        """How much."""
    @property
    def cum_qty(self) -> Decimal:
        """How much was filled."""
    @property
    def leaves_qty(self) -> Decimal:
        """How much is left."""
    @property
    def price(self) -> Decimal | None:
        """Its limit."""
    @property
    def stop(self) -> Decimal | None:
        """The price that sets it off."""
    @property
    def avg_px(self) -> Decimal | None:
        """The average price of its fills, at the scale of its price; None before the first."""
    @property
    def side(self) -> str:
        """"buy" or "sell"."""
    @property
    def order_type(self) -> str:
        """"market", "limit", "stop" or "stop_limit"."""
    @property
    def time_in_force(self) -> str:
        """"gtc", "ioc", "fok", "day" or "gtd"."""
    @property
    def status(self) -> str:
        """"pending", "working", "partially_filled", "unknown", "filled", "canceled", "rejected"
        or "expired".
        """
    @property
    def reduce_only(self) -> bool:
        """Whether it may only reduce."""
    @property
    def is_cancel_requested(self) -> bool:
        """Whether a cancel was asked for and is not yet answered."""
    @property
    def ts_init(self) -> int:
        """When it was submitted, nanoseconds since the epoch."""
    @property
    def sequence(self) -> int:
        """The sequence of its submission."""
    @property
    def client_order_id(self) -> str:
        """Our id."""
    @property
    def venue_order_id(self) -> str | None:
        """The venue's id, or None."""
    @property
    def one_cancels(self) -> str | None:
        """The order that is to be cancelled when this one fills, or None."""
    @property
    def bracket_of(self) -> str | None:
        """The entry whose fill this one protects, or None."""
    @property
    def symbol(self) -> str:
        """What is traded."""
    @property
    def strategy(self) -> str:
        """Who decided it."""
    @property
    def account(self) -> str:
        """Whose account."""
    @property
    def locked(self) -> Decimal:
        """What it still locks."""
    @property
    def lock_currency(self) -> str:
        """The currency of what it locks."""

@final
class Balance:
    """A balance: total = free + in_orders + in_margin."""
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def total(self) -> Decimal:
        """Everything."""
    @property
    def free(self) -> Decimal:
        """What is not locked."""
    @property
    def in_orders(self) -> Decimal:
        """What open orders lock."""
    @property
    def in_margin(self) -> Decimal:
        """What positions lock as margin."""
    @property
    def stated(self) -> Decimal | None:
        """What the venue last said the total is, or None."""

@final
class Strategy:
    """What a strategy did, in the reporting currency."""
    def __eq__(self, value: object, /) -> bool: ...
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
    def funding(self) -> Decimal:
        """Funding, dividends and interest received less paid."""
    @property
    def total_pnl(self) -> Decimal:
        """realized + unrealized - fees + funding."""
    @property
    def orders(self) -> int:
        """Orders that passed their checks."""
    @property
    def fills(self) -> int:
        """Executions."""
    @property
    def open_positions(self) -> int:
        """Positions that are open and not dust."""
    @property
    def closed_trades(self) -> int:
        """Round trips that have ended."""
    @property
    def winning_trades(self) -> int:
        """Those that ended above 0."""
    @property
    def name(self) -> str:
        """Its name."""
    @property
    def refused(self) -> dict[str, int]:
        """Orders refused, by reason."""

@final
class Pnl:
    """The PnL of one strategy, account, instrument or currency."""
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def realized_pnl(self) -> Decimal:
        """Realized PnL, gross of fees."""
    @property
    def unrealized_pnl(self) -> Decimal:
        """Unrealized PnL, gross of fees."""
    @property
    def fees(self) -> Decimal:
        """Fees paid; negative is a net rebate."""
    @property
    def funding(self) -> Decimal:
        """Funding, dividends and interest received less paid."""
    @property
    def total_pnl(self) -> Decimal:
        """realized + unrealized - fees + funding."""
    @property
    def missing_rates(self) -> list[str]:
        """Currencies of which a part is not in these sums, for want of a rate."""

@final
class Portfolio:
    """What the book adds up to, in the reporting currency."""
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def equity(self) -> Decimal:
        """What was paid in, plus the PnL."""
    @property
    def cash(self) -> Decimal:
        """Balances that no position accounts for."""
    @property
    def holdings(self) -> Decimal:
        """Positions at their marks; what has no mark at its cost."""
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
    def funding(self) -> Decimal:
        """Funding, dividends and interest received less paid."""
    @property
    def total_pnl(self) -> Decimal:
        """realized + unrealized - fees + funding."""
    @property
    def difference(self) -> Decimal:
        """cash + holdings less what was paid in and the PnL, summed over currencies: 0."""
    @property
    def active(self) -> int:
        """Open positions, dust apart."""
    @property
    def dust(self) -> int:
        """Open positions that are dust."""
    @property
    def sequence(self) -> int:
        """The sequence at which this holds."""
    @property
    def total(self) -> int:
        """Open positions, dust included."""
    @property
    def by_strategy(self) -> dict[str, Decimal]:
        """PnL after fees by strategy."""
    @property
    def missing_rates(self) -> list[str]:
        """Currencies without a rate to the reporting currency, and what is held without a mark."""

@final
class Event:
    """One change that the book made: its kind, when, whom it is about, and what was before and is
    since.

    `event["new"]` is `event.data["new"]`. Numbers are Decimal, times are nanoseconds since the
    epoch.
    """
    @property
    def kind(self) -> str:
        """What happened, in one word: "fill_booked", "order_filled", "position_changed",
        "balance_changed", "price_updated" and so on."""
    @property
    def sequence(self) -> int:
        """The sequence of the event that made it; for a price, of the event before."""
    @property
    def index(self) -> int:
        """Its number among the changes of one event, from 0."""
    @property
    def ts(self) -> int:
        """When it happened, in nanoseconds since the epoch."""
    @property
    def symbol(self) -> str | None:
        """The instrument that it is about, or None."""
    @property
    def strategy(self) -> str | None:
        """The strategy that it is about, or None."""
    @property
    def account(self) -> str | None:
        """The account that it is about, or None."""
    @property
    def data(self) -> dict[str, Any]:
        """What else it says, by name; "old" and "new" are what was before and is since."""
    def __getitem__(self, name: str, /) -> Any: ...

@final
class StrategyDesk:
    """Sets of a book's bars for strategies, and the orders that their signals become.
    `truebook.StrategyRunner` is made of it."""

    def __new__(
        cls, book: Book, composition: str | None = None, since: int | None = None
    ) -> StrategyDesk:
        """`composition` is TOML with what is composed of bars; None is what the book's own
        configuration says, with its strategies."""
    def add(
        self,
        name: str,
        synchronizer: str | None = None,
        priority: int | None = None,
        valid_ms: int | None = None,
        order_notional: _Number | None = None,
    ) -> int:
        """Adds a strategy, and gives its number."""
    def outside(self, name: str) -> int | None:
        """The number of a strategy that the configuration has as external; None without one."""
    def step(
        self, timeout: float
    ) -> tuple[str | None, BarSet, dict[str, float | None], list[int]] | None:
        """The next set within `timeout` seconds; None without one."""
    def advance(self, now: int) -> None:
        """Says that it is `now`, nanoseconds since the epoch, so that timeouts end without a
        bar."""
    def unexpected(self) -> int:
        """How many bars came that no synchronizer waits for."""
    def is_past(self) -> bool:
        """Whether the newest set is made of bars that were recorded before."""
    def signal(
        self,
        member: int,
        symbol: str,
        action: str,
        score: float = 0.0,
        valid_ms: int | None = None,
        qty: _Number | None = None,
        notional: _Number | None = None,
    ) -> None:
        """Takes a signal of the newest set from the strategy of this number."""
    def stop(self, member: int, why: str) -> None:
        """Stops the strategy of this number."""
    def decide(
        self,
    ) -> list[tuple[str, str, str, Decimal, str, int | None, tuple[str, str] | None]]:
        """Chooses from the signals that wait, and submits the orders that they ask for."""
    def is_over(self) -> bool:
        """Whether the book is closed, so that no set comes any more."""
    def lost(self) -> int:
        """How many parts of events were overwritten before they were read."""
    def strategies(self) -> dict[str, dict[str, Any]]:
        """How each strategy does: a mapping by name."""
    def synchronizers(self) -> list[dict[str, Any]]:
        """How each synchronizer does: a list, those with a name first by their order."""

@final
class Subscription:
    """Hears what the book changes: poll it, iterate it, or `async for` it. Made by
    `Book.subscribe`.

    One subscription is read by one thread at a time; each reader makes its own.
    """
    def poll(self, timeout: float = 0.0) -> Event | None:
        """The next event, or None where there is none within `timeout` seconds. Holds up no other
        thread, and Ctrl-C ends it."""
    def poll_many(self, limit: int = 1024, timeout: float = 0.0) -> list[Event]:
        """The events that wait, oldest first, at most `limit`; waits up to `timeout` seconds for
        the first."""
    def __iter__(self) -> Iterator[Event]: ...
    def __next__(self) -> Event:
        """The next event; ends when the book or the subscription is closed."""
    def __aiter__(self) -> AsyncIterator[Event]: ...
    def fileno(self) -> int:
        """A descriptor that is readable while there may be events: for `loop.add_reader`, select
        or epoll. Call `arm` after each poll that gave nothing."""
    def arm(self) -> bool:
        """Make the descriptor unreadable until there is something to poll; whether there may be
        already, and it stays readable."""
    @property
    def lost(self) -> int:
        """How many parts of events were overwritten before they were read; most events take
        one."""
    @property
    def sequence(self) -> int:
        """The last event of which everything was given out or was not wanted: `since` it another
        subscription goes on, and loses nothing."""
    @property
    def behind(self) -> bool:
        """Whether it is told the past from the database: a poll may give nothing although more
        comes."""
    @property
    def closed(self) -> bool:
        """Whether there will be no more: it or the book is closed, and everything was given
        out."""
    def close(self) -> None:
        """Hear no more. A repeat does nothing."""
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        *_exception: type[BaseException] | BaseException | TracebackType | None,
    ) -> None: ...

@final
class Status:
    """How a book does; each figure is of a moment of its own."""
    @property
    def sequence(self) -> int:
        """The sequence of the newest event."""
    @property
    def version(self) -> int:
        """How many changes were published, prices included, in this process."""
    @property
    def is_running(self) -> bool:
        """Whether the writer runs."""
    @property
    def trading_state(self) -> str:
        """What trading is allowed: "ACTIVE", "REDUCING" or "HALTED"."""
    @property
    def unresolved(self) -> int:
        """How many orders are of unknown fate since the book was opened."""
    @property
    def durable_sequence(self) -> int:
        """The newest event that survives; 0 without a database."""
    @property
    def tables_sequence(self) -> int:
        """The event up to which the history tables stand; 0 without a database."""
    @property
    def checkpoint_sequence(self) -> int:
        """The event up to which the newest checkpoint stands; 0 without one."""
    @property
    def backlog_bytes(self) -> int:
        """The bytes of events that wait in memory because the disk refuses."""
    @property
    def store_error(self) -> str | None:
        """Why events are not kept at the moment, or None."""
    @property
    def tables_error(self) -> str | None:
        """Why the history tables do not follow at the moment, or None."""
    @property
    def producers(self) -> list[dict[str, int]]:
        """The producers, the book's own first: "depth", "peak", "executed", "conflated"."""
    @property
    def subscribers(self) -> list[dict[str, int]]:
        """The subscribers, oldest first: "lag" and "lost", in parts of events."""
    @property
    def latency(self) -> dict[str, int]:
        """How long commands took to apply and publish, in nanoseconds: "count", "p50", "p99",
        "max"."""

@final
class View:
    """The whole book at one sequence; never changes."""
    def __eq__(self, value: object, /) -> bool: ...
    @property
    def sequence(self) -> int:
        """The sequence at which all of it holds."""
    @property
    def ts(self) -> int:
        """When its newest event happened, nanoseconds since the epoch."""
    @property
    def portfolio(self) -> Portfolio:
        """What the book adds up to in the reporting currency."""
    @property
    def positions(self) -> Records[Position]:
        """Every open position, by account, strategy and leg; a list that is a table, too."""
    @property
    def orders(self) -> Records[Order]:
        """Every order that can still fill, oldest first; a list that is a table, too."""
    def balances(self, *, floats: bool = False) -> Table:
        """Every balance that is not empty, as a table; with `floats` its decimals are floats."""

@final
class Table:
    """Columns of the same length. polars, pandas, pyarrow and duckdb take it as it is, by the Arrow
    PyCapsule interface: decimals as decimal128(38, 18), times as nanoseconds in UTC.
    """
    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
    def __len__(self) -> int: ...
    def __getitem__(self, name: str, /) -> list[Any]:
        """The values of a column, by its name."""
    def to_pydict(self) -> dict[str, list[Any]]:
        """The columns by name, as lists."""
    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows, each a dict by column."""
    def to_numpy(self) -> Any:
        """A structured array of numpy, which must be installed: decimals as float64, where none is
        there NaN; times as datetime64[ns]."""
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A stream of Arrow record batches."""

@final
class Records(Generic[_T]):
    """A list of records that is a table, too: polars, pandas, pyarrow and duckdb take it as it
    is."""
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int, /) -> _T: ...
    @overload
    def __getitem__(self, at: slice, /) -> tuple[_T, ...]: ...
    def __iter__(self) -> Iterator[_T]: ...
    def __contains__(self, item: object, /) -> bool: ...
    def __eq__(self, value: object, /) -> bool: ...
    def table(self, *, floats: bool = False) -> Table:
        """The records as a table; with `floats` its decimals are floats."""
    def to_numpy(self) -> Any:
        """A structured array of numpy, which must be installed: see `Table.to_numpy`."""
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A stream of Arrow record batches."""

@final
class Bar:
    """A bar in a set."""
    @property
    def source(self) -> str:
        """Where it comes from, such as "BTC-USD_1m"."""
    @property
    def ts_close(self) -> int:
        """When it closed, in nanoseconds since the epoch."""
    @property
    def open(self) -> Decimal:
        """The first price."""
    @property
    def high(self) -> Decimal:
        """The highest price."""
    @property
    def low(self) -> Decimal:
        """The lowest price."""
    @property
    def close(self) -> Decimal:
        """The last price."""
    @property
    def volume(self) -> Decimal:
        """The quantity traded."""
    @property
    def state(self) -> Literal["present", "carried", "stale", "interpolated"]:
        """What it is: "present", "carried", "stale" or "interpolated"."""
    @property
    def age_ns(self) -> int:
        """How long before its set it closed, in nanoseconds."""
    def __eq__(self, value: object, /) -> bool: ...

@final
class BarSet:
    """The bars of all sources as they were known at one time."""
    @property
    def ts(self) -> int:
        """The time at which all of it was known to have closed, in nanoseconds since the epoch."""
    @property
    def kind(self) -> Literal["set", "skipped", "failed"]:
        """"set": use it; "skipped": a source is missing and all are required; "failed": a source is
        missing whose gaps are failures. The last two hold what there was."""
    @property
    def failed_source(self) -> str | None:
        """The first source whose gap made the set fail, or None."""
    @property
    def bars(self) -> dict[str, Bar]:
        """The bar that stands for each source, by its name, in the order in which sources are
        expected; a source without one is not in it."""
    @property
    def sources_present(self) -> list[str]:
        """The sources whose own bar is in the set."""
    @property
    def sources_missing(self) -> list[str]:
        """The other sources; a gap policy may have put something else in their place."""
    def state(
        self, source: str
    ) -> Literal["missing", "present", "carried", "stale", "interpolated"]:
        """What stands for `source`: "present", "carried" (of a slower timeframe, its newest),
        "stale" (the last one known), "interpolated" or "missing"."""
    def __eq__(self, value: object, /) -> bool: ...

@final
class BarSynchronizer:
    """Waits for the bars of every source, and gives one set per close of the fastest of them.

    Time comes from the bars' `arrival` and from `advance`, never from the system's clock. Any
    thread may call it.

    `expected_sources` are names such as "BTC-USD_1m". A set waits `timeout_ms` milliseconds after
    its time and its first bar; then, with `require_all`, one that lacks a source is skipped, else
    it goes out with what is there. `gaps` says by source what stands for a missing bar: "skip",
    "fail", "interpolate" (with `mode="replay"` only) or ("last_known", age_max_ns). `closes_at`
    says by source how many nanoseconds after a multiple of its timeframe it closes. At most
    `open_sets_max` sets wait; a bar may close `future_ms` milliseconds after it arrives. With
    `waits_for_holes` a set waits up to its timeout for the set before it. Prices have at most
    `price_scale` digits after the point and quantities `qty_scale`. Raises InvalidValue.
    """
    def __new__(
        cls,
        expected_sources: Iterable[str],
        timeout_ms: int = 100,
        require_all: bool = True,
        *,
        gaps: Mapping[str, _Gap] | None = None,
        closes_at: Mapping[str, int] | None = None,
        mode: Literal["live", "replay"] = "live",
        open_sets_max: int = 64,
        future_ms: int = 0,
        waits_for_holes: bool = True,
        price_scale: int = 8,
        qty_scale: int = 8,
    ) -> Self: ...
    def push(
        self,
        source: str,
        *,
        ts_close: int,
        open: _Number,
        high: _Number,
        low: _Number,
        close: _Number,
        volume: _Number,
        arrival: int | None = None,
    ) -> _Outcome:
        """Take a bar that closed at `ts_close` and arrived at `arrival`, both in nanoseconds since
        the epoch; without `arrival`, when it closed. Gives what became of it. Raises InvalidValue
        for what is no number or has too many digits: nothing is counted then."""
    def push_many(self, source: str, data: _Data) -> dict[_Outcome, int]:
        """Take the bars of one source in their order: a table of any library or a mapping of
        columns `ts_close` (or `ts`, or `ts_open`), `open`, `high`, `low`, `close`, `volume`, and
        `arrival` where it is another time; times in nanoseconds since the epoch or timestamps. Of a
        table with a column `symbol` or `timeframe` the rows of this source are taken. Gives how
        many bars had which outcome. Raises InvalidValue for a column or a value that cannot be
        taken: no bar is taken then.

        Its bars move time on: give several sources together to `push_all`.
        """
    def push_all(self, tables: Mapping[str, _Data]) -> dict[_Outcome, int]:
        """Take the bars of several sources in the order of their arrivals: a mapping of tables,
        by source, each as `push_many` takes it. Where two arrive at once, the source that is
        expected first comes first. Gives how many bars had which outcome. Raises InvalidValue as
        `push_many`."""
    def advance(self, now: int) -> None:
        """Say that it is `now`, nanoseconds since the epoch, so that timeouts end without a bar."""
    def finish(self) -> None:
        """Say that nothing more comes: every set goes out."""
    def poll(self) -> BarSet | None:
        """The next set that went out, was skipped or failed, in the order of time; None where there
        is none."""
    def __iter__(self) -> Self: ...
    def __next__(self) -> BarSet: ...
    @property
    def expected_sources(self) -> tuple[str, ...]:
        """The sources, in the order in which sets have them."""
    @property
    def bar_counts(self) -> dict[_Outcome, int]:
        """How many bars had which outcome, by its name."""
    @property
    def set_counts(
        self,
    ) -> dict[Literal["complete", "incomplete", "skipped", "failed", "evicted"], int]:
        """How many sets went which way: "complete", "incomplete", "skipped", "failed"; and how many
        of them went before their timeout because too many were open, "evicted"."""
    @property
    def open_sets(self) -> int:
        """How many sets wait for bars."""

def bars(
    data: _Data,
    rule: _Rule,
    *,
    kind: Literal["trades", "quotes", "prices", "bars"] = "trades",
    stamp: Literal["close", "open"] = "close",
    of: str | None = None,
    quote: Literal["mid", "bid", "ask"] = "mid",
    symbol: str | None = None,
    session: tuple[str, str] | None = None,
    empty: int = 0,
    since: int | None = None,
    until: int | None = None,
    price_scale: int = 8,
    qty_scale: int = 8,
    floats: bool = False,
) -> Table:
    """Make bars of the rows of a table, all of one symbol: see `docs/bars.md`."""

def features(
    bars: _Data,
    *,
    sma: _Spans | None = None,
    ema: _Spans | None = None,
    rsi: _Spans | None = None,
    atr: _Spans | None = None,
    bollinger: _Spans | None = None,
    bollinger_width: _Number = 2.0,
    vwap: _Spans | None = None,
    volatility: _Spans | None = None,
    z_score: _Spans | None = None,
    log_return: bool = False,
    symbol: str | None = None,
    timeframe: str | None = None,
) -> Table:
    """Compute features of bars of one symbol, each a column of floats: see `docs/bars.md`."""

def pair_features(a: _Data, b: _Data, *, span: int, on: str = "close") -> Table:
    """Compute how two series of bars move together, over the last `span` bars that both have: see
    `docs/bars.md`."""

def open(
    path: _Path | None = None,
    *,
    config: _Path | None = None,
    mode: Literal["paper", "live"] | None = None,
    threading: Literal["engine", "inline"] = "engine",
    clock: Literal["system", "event"] = "system",
    durability: Literal["disk", "os"] | None = None,
    pin: int | None = None,
    wait: Literal["adaptive", "spin", "yield", "park"] = "adaptive",
) -> Book:
    """Open a book.

    `path` is the database, None keeps nothing. `config` is a path to a TOML file. Raises StoreError
    for a file that cannot be used and InvalidValue for a configuration that cannot be taken.

    `mode` is "paper" or "live" and `durability` "disk" or "os"; where they are None, what the
    configuration says, else "paper" and "disk".

    `pin` is the core of the engine's thread, and `wait` what that does when there is nothing to
    do: "spin" and "yield" take a whole core, "park" sleeps, "adaptive" looks a while and then
    sleeps.
    """

def run_cli(args: list[str]) -> int:
    """Runs the command line with `args`, the program's name first, and returns its exit code."""
