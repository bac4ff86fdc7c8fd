"""The book of record for a trading bot: exact, durable, read in nanoseconds."""

from truebook._errors import (
    ClosedError,
    Error,
    InvalidValue,
    Refused,
    StoreError,
    UnknownInstrument,
)
from truebook._truebook import (
    Applied,
    Balance,
    Book,
    ClosedPosition,
    Order,
    Pnl,
    Portfolio,
    Position,
    Strategy,
    open,
)

__all__ = [
    "Applied",
    "Balance",
    "Book",
    "ClosedError",
    "ClosedPosition",
    "Error",
    "InvalidValue",
    "Order",
    "Pnl",
    "Portfolio",
    "Position",
    "Refused",
    "StoreError",
    "Strategy",
    "UnknownInstrument",
    "open",
]
