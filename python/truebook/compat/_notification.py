"""Subscribers for a frontend, a portfolio service and a messenger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from truebook._ingest.field import field, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from truebook.compat._event import Callback, TradeEvent

_KINDS = ("trade_executed", "position_updated", "price_updated")


def create_frontend_subscriber(callback: Callback) -> Callback:
    """A subscriber that calls `callback`, sync or async, with each event."""
    return _subscriber(callback)


def create_portfolio_subscriber(callback: Callback) -> Callback:
    """A subscriber that calls `callback`, sync or async, with each event."""
    return _subscriber(callback)


def create_notification_subscriber(
    notifier: object, config: Mapping[str, Any] | None = None
) -> Callback:
    """A subscriber that sends a line of text by `notifier.notify` or `notifier.send_message`, sync
    or async, or by `notifier` itself where it is a function.

    `config["events"]` names the kinds of events to send, by default only "trade_executed"; what
    else it says is ignored. Raises InvalidValue for a notifier without any of these.
    """
    send: Any = field(notifier, "notify") or field(notifier, "send_message") or notifier
    if not callable(send):
        raise invalid("notifier", notifier, "an object with notify or send_message")
    wanted = (config or {}).get("events", ("trade_executed",))
    unknown = [kind for kind in wanted if kind not in _KINDS]
    if isinstance(wanted, str) or unknown:
        raise invalid("config['events']", wanted, f"a list of {', '.join(_KINDS)}")

    def notify(event: TradeEvent) -> Any:
        return send(text_of(event)) if event.event_type in wanted else None

    return notify


def text_of(event: TradeEvent) -> str:
    """An event as one line for people."""
    if event.event_type == "trade_executed":
        trade = event.trade
        return f"{trade.side.upper()} {trade.amount} {trade.symbol} @ {trade.price}" + (
            f" ({trade.strategy})" if trade.strategy else ""
        )
    if event.event_type == "position_updated":
        held = event.position
        at = "" if held.average_price is None else f" @ {held.average_price}"
        return f"{held.symbol}: {held.side} {held.size}{at}, realized {held.realized_pnl}"
    return f"{event.symbol}: {event.old_price} -> {event.new_price}"


def _subscriber(callback: Callback) -> Callback:
    if not callable(callback):
        raise invalid("callback", callback, "a function that takes an event")

    def tell(event: TradeEvent) -> Any:
        return callback(event)

    return tell
