"""The book of record for a trading bot: exact, durable, read in nanoseconds."""

from truebook._errors import (
    ClosedError,
    Error,
    InvalidValue,
    Refused,
    StoreError,
    UnknownInstrument,
)
from truebook._truebook import Applied, Book, Portfolio, Position, open

__all__ = [
    "Applied",
    "Book",
    "ClosedError",
    "Error",
    "InvalidValue",
    "Portfolio",
    "Position",
    "Refused",
    "StoreError",
    "UnknownInstrument",
    "open",
]
