"""Readers of what other libraries report: each function takes the book first.

They need none of those libraries: a field is an attribute or an item. Wrong input raises
`InvalidValue` with the field, what was found and what is allowed. See `docs/ingest.md`.
"""

from truebook._ingest.ccxt import (
    ccxt_balance,
    ccxt_order,
    ccxt_positions,
    ccxt_ticker,
    ccxt_trade,
)
from truebook._ingest.ccxt_candle import ccxt_ohlcv
from truebook._ingest.fix import fix
from truebook._ingest.hummingbot import hummingbot_trade
from truebook._ingest.ib import ib_account_value, ib_commission, ib_fill, ib_position
from truebook._ingest.vnpy import vnpy_trade

__all__ = [
    "ccxt_balance",
    "ccxt_ohlcv",
    "ccxt_order",
    "ccxt_positions",
    "ccxt_ticker",
    "ccxt_trade",
    "fix",
    "hummingbot_trade",
    "ib_account_value",
    "ib_commission",
    "ib_fill",
    "ib_position",
    "vnpy_trade",
]
