"""The book of record for a trading bot: exact, durable, read in nanoseconds."""

from truebook._errors import (
    ClosedError,
    Error,
    InvalidValue,
    Refused,
    StoreError,
    UnknownInstrument,
)
from truebook._listener import Listener
from truebook._truebook import (
    Applied,
    Balance,
    Book,
    ClosedPosition,
    Event,
    Order,
    Pnl,
    Portfolio,
    Position,
    Records,
    Status,
    Strategy,
    Subscription,
    Table,
    open,
)

__all__ = [
    "Applied",
    "Balance",
    "Book",
    "ClosedError",
    "ClosedPosition",
    "Error",
    "Event",
    "InvalidValue",
    "Listener",
    "Order",
    "Pnl",
    "Portfolio",
    "Position",
    "Records",
    "Refused",
    "Status",
    "StoreError",
    "Strategy",
    "Subscription",
    "Table",
    "UnknownInstrument",
    "open",
]
