"""The one place through which trades and prices go, and from which positions come."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from truebook._errors import ClosedError, Refused, UnknownInstrument
from truebook._ingest.field import invalid, needed, number
from truebook.compat._bus import TradeEventBus
from truebook.compat._event import TradeEvent
from truebook.compat._position import Position
from truebook.compat._pump import Pump
from truebook.compat._record import instant
from truebook.compat._symbol import digits_of, pair_of
from truebook.compat._trade import Trade

if TYPE_CHECKING:
    from pathlib import Path

    import truebook
    from truebook.compat._event import Callback

_log = logging.getLogger("truebook")
_KINDS = (
    "fill_booked",
    "fill_reversed",
    "position_opened",
    "position_changed",
    "position_closed",
)
# Heard apart: a feed of prices that is faster than its subscribers costs no trade.
_PRICES = ("price_updated", "price_refused")
# How many trades of a book without a database are kept to be listed.
_HEARD_MAX = 100_000
_ACCOUNT = "default"
# How long `close` waits for callbacks, in seconds.
_PATIENCE = 10.0


class SingleSourceTradeManager:
    """Records trades in a `truebook.Book` and tells subscribers what became of them.

    `manager.book` has everything else: orders, cash, risk, history. What is booked there is told
    to the subscribers, too. Calls may come from any thread. Positions are those of the account
    "default", over all strategies. Every error is a `truebook.Error`.
    """

    def __init__(
        self,
        book: truebook.Book,
        *,
        has_history: bool = False,
        audit_csv: Path | None = None,
    ) -> None:
        """Manage `book`, which `close` closes. `has_history` says that it has a database;
        `audit_csv` is the folder of its audit files."""
        self.book = book
        self.event_bus = TradeEventBus()
        self.audit_csv = audit_csv
        self._has_history = has_history
        self._frontend_subscribers: list[Callback] = []
        self._portfolio_service_subscribers: list[Callback] = []
        self._notification_subscribers: list[Callback] = []
        self._recording = threading.RLock()
        # Trades that were given to the book, and whose event has not come yet.
        self._given: dict[tuple[str, str, str], Trade] = {}
        self._heard: deque[Trade] = deque(maxlen=_HEARD_MAX)
        self._newest: tuple[int, Trade | None] = (0, None)
        self._refused_prices = 0
        self._is_closed = False
        self._trade_events = book.subscribe(_KINDS, overflow="block")
        self._price_events = book.subscribe(_PRICES)
        self._pump = Pump(self._trade_events, self._price_events, handle=self._hear)

    def record_trade(self, trade: object) -> str:
        """Book a trade, once however often it is recorded, and tell the subscribers; its id.

        `trade` is a dict or an object with symbol, side, amount, price and what else `Trade` names.
        A spot pair that is not registered is registered with 8 digits after the point of price and
        amount, or as many as this trade has; a later number with more is refused, for nothing is
        rounded. The book holds 18 digits, before and after the point together.

        Raises InvalidValue for what cannot be read, and Refused with the `status` "FillConflict"
        for a known id with another amount or price.
        """
        told = Trade.of(trade)
        key = (told.symbol, told.side, told.id)
        with self._recording:
            is_mine = self._given.setdefault(key, told) is told
            is_new = False
            try:
                applied = self._fill(told)
                is_new = not applied.duplicate and applied.quarantined is None
            finally:
                if is_mine and not is_new:
                    self._given.pop(key, None)
        if applied.quarantined is not None:
            raise Refused(applied.quarantined, f"trade {told.id!r} of {told.symbol}")
        return told.id

    def update_price(self, symbol: str, price: str | int | float | Decimal) -> None:
        """Take a price, and tell the subscribers of it and of the position.

        A spot pair that is not registered is registered as by `record_trade`. A price far from the
        last one (`[limits] price_band_pct`) counts once as many as `price_band_confirmations` agree
        with it; until then it is logged and counted in `get_system_status()["refused_prices"]`.
        Raises InvalidValue where it is not above 0.
        """
        symbol, told = needed("symbol", symbol), number("price", price)
        if told <= 0:
            raise invalid("price", price, "a number above 0")
        try:
            self.book.price(symbol, told)
        except UnknownInstrument:
            with self._recording:
                self._register(symbol, price=told)
            self.book.price(symbol, told)

    def get_position(self, symbol: str) -> Position | None:
        """The position in a symbol, over all strategies; None where nothing is held."""
        try:
            found = self.book.position(needed("symbol", symbol), account=_ACCOUNT)
        except UnknownInstrument:
            return None
        return Position(found) if found.signed_qty else None

    def get_all_positions(self) -> list[Position]:
        """Every open position, by symbol."""
        symbols = {known.symbol for known in self.book.positions() if known.account == _ACCOUNT}
        found = (self.get_position(symbol) for symbol in sorted(symbols))
        return [position for position in found if position is not None]

    @property
    def positions(self) -> dict[str, Position]:
        """`get_all_positions` by symbol, as of now: a new dict each time."""
        return {position.symbol: position for position in self.get_all_positions()}

    @property
    def trades(self) -> list[Trade]:
        """Every trade that stands, oldest first, read from the database each time; of a book
        without one the newest 100,000 since it was opened."""
        if self._has_history:
            rows = self.book.fills().to_pylist()
            return [Trade.of_row(row) for row in rows if row["reversed_by"] is None]
        self._pump.flush_first(10.0)
        return list(self._heard)

    def get_system_status(self) -> dict[str, Any]:
        """What the book and its subscribers do, now: Decimal money in the reporting currency.

        `missing_rates` names currencies whose part is not in the sums, for want of a rate.
        """
        portfolio, status = self.book.portfolio(), self.book.status()
        strategies = [self.book.strategy(name) for name in portfolio.by_strategy]
        return {
            "is_running": status.is_running,
            "trading_state": status.trading_state,
            "total_trades": sum(known.fills for known in strategies if known is not None),
            "total_positions": len(self.get_all_positions()),
            "equity": portfolio.equity,
            "total_realized_pnl": portfolio.realized_pnl,
            "total_unrealized_pnl": portfolio.unrealized_pnl,
            "total_fees": portfolio.fees,
            "total_pnl": portfolio.total_pnl,
            "missing_rates": portfolio.missing_rates,
            "refused_prices": self._refused_prices,
            "frontend_subscribers": len(self._frontend_subscribers),
            "portfolio_service_subscribers": len(self._portfolio_service_subscribers),
            "notification_subscribers": len(self._notification_subscribers),
            "event_queue_size": self.event_bus._event_queue.qsize(),
            "callback_errors": self.event_bus.errors,
            "lost_events": self.event_bus.lost + self._trade_events.lost,
            "lost_prices": self._price_events.lost,
            "sequence": status.sequence,
            "durable_sequence": status.durable_sequence,
            "store_error": status.store_error,
            "timestamp": instant(time.time_ns()),
        }

    def add_frontend_subscriber(self, callback: Callback) -> None:
        """Call `callback`, sync or async, with each event from now on."""
        self._add(self._frontend_subscribers, callback)

    def add_portfolio_service_subscriber(self, callback: Callback) -> None:
        """Call `callback`, sync or async, with each event from now on."""
        self._add(self._portfolio_service_subscribers, callback)

    def add_notification_subscriber(self, callback: Callback) -> None:
        """Call `callback`, sync or async, with each event from now on."""
        self._add(self._notification_subscribers, callback)

    def remove_frontend_subscriber(self, callback: Callback) -> None:
        """Call it no more. One that is not called is ignored."""
        self._remove(self._frontend_subscribers, callback)

    def remove_portfolio_service_subscriber(self, callback: Callback) -> None:
        """Call it no more. One that is not called is ignored."""
        self._remove(self._portfolio_service_subscribers, callback)

    def remove_notification_subscriber(self, callback: Callback) -> None:
        """Call it no more. One that is not called is ignored."""
        self._remove(self._notification_subscribers, callback)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait at most `timeout` seconds until subscribers were told of every call before; whether
        they were. From a coroutine: `await asyncio.to_thread(manager.flush)`.
        """
        end = time.monotonic() + timeout
        if not self._catch_up(timeout):
            return False
        return self.event_bus.flush(max(0.0, end - time.monotonic()))

    def close(self) -> None:
        """Keep everything and end; what waits is told, for at most 10 seconds in this call. A
        repeat does nothing."""
        with self._recording:
            if self._is_closed:
                return
            self._is_closed = True
        end = time.monotonic() + _PATIENCE
        try:
            self.flush(_PATIENCE)
        except ClosedError:
            _log.debug("the book was closed before its manager")
        self.book.close()
        self._pump.stop()
        self.event_bus.flush(max(0.0, end - time.monotonic()))
        self.event_bus.close()

    def _catch_up(self, timeout: float) -> bool:
        """Wait until the bus has the events of every call before; whether it has."""
        # It is answered after the prices that were sent before.
        self.book.portfolio()
        return self._pump.flush(timeout)

    def _fill(self, trade: Trade) -> truebook.Applied:
        try:
            return self._book_fill(trade)
        except UnknownInstrument:
            self._register(trade.symbol, price=trade.price, amount=trade.amount)
            return self._book_fill(trade)

    def _book_fill(self, trade: Trade) -> truebook.Applied:
        bare = trade.fees.get("")
        return self.book.fill(
            trade.symbol,
            trade.side,
            trade.amount,
            trade.price,
            trade_id=trade.id,
            client_order_id=trade.client_order_id,
            venue_order_id=trade.order_id,
            strategy=trade.strategy,
            fee=bare,
            fees=None if bare is not None else dict(trade.fees) or None,
            source=trade.exchange,
            ts_event=trade.ts,
        )

    def _register(self, symbol: str, *, price: Decimal, amount: Decimal | None = None) -> None:
        base, quote = pair_of(symbol)
        if price <= 0:
            raise invalid("price", price, "a number above 0")
        try:
            self.book.position(symbol)
        except UnknownInstrument:
            self.book.add_instrument(
                symbol,
                base=base,
                quote=quote,
                price_precision=digits_of("price", price),
                qty_precision=digits_of("amount", amount),
            )

    def _add(self, known: list[Callback], callback: Callback) -> None:
        if not callable(callback):
            raise invalid("callback", callback, "a function that takes an event")
        # What came before is for those who were there.
        self._catch_up(_PATIENCE)
        if callback not in known:
            known.append(callback)
        self.event_bus.subscribe(callback)

    def _remove(self, known: list[Callback], callback: Callback) -> None:
        known[:] = [other for other in known if other != callback]
        lists = (
            self._frontend_subscribers,
            self._portfolio_service_subscribers,
            self._notification_subscribers,
        )
        if not any(callback in others for others in lists):
            self.event_bus.unsubscribe(callback)

    def _hear(self, event: truebook.Event) -> None:
        if event.kind in _PRICES:
            self._hear_price(event)
        elif event.kind == "fill_booked":
            self._hear_fill(event)
        elif event.kind == "fill_reversed":
            gone = (event.symbol, event["side"], event["trade_id"])
            kept = [t for t in self._heard if (t.symbol, t.side, t.id) != gone]
            self._heard = deque(kept, maxlen=_HEARD_MAX)
        else:
            found = self.book.position(str(event.symbol), account=str(event.account))
            sequence, trade = self._newest
            trade = trade if sequence == event.sequence else None
            self._tell(event, "position_updated", position=Position(found), trade=trade)

    def _hear_price(self, event: truebook.Event) -> None:
        if event.kind == "price_refused":
            self._refused_prices += 1
            _log.warning("a price of %s was refused: %s", event.symbol, event["reason"])
            return
        old, new = event["old"]["price"], event["new"]["price"]
        self._tell(event, "price_updated", symbol=event.symbol, old_price=old, new_price=new)
        position = self.get_position(str(event.symbol))
        if position is not None:
            self._tell(event, "position_updated", position=position, trade=None)

    def _hear_fill(self, event: truebook.Event) -> None:
        side, trade_id = event["side"], event["trade_id"]
        trade = self._given.pop((str(event.symbol), side, trade_id), None)
        if trade is None:
            trade = Trade(str(event.symbol), side, event["qty"], event["price"], id=trade_id)
            trade.ts = event.ts
        trade.strategy = event.strategy
        trade.account = str(event.account)
        trade.realized_pnl = event["realized_pnl"]
        self._newest = (event.sequence, trade)
        if not self._has_history:
            self._heard.append(trade)
        self._tell(event, "trade_executed", trade=trade, trade_id=trade_id)

    def _tell(self, event: truebook.Event, event_type: str, **data: Any) -> None:
        self.event_bus.publish(TradeEvent(event_type, instant(event.ts), data))
