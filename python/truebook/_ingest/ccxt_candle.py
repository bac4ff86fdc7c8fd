"""Candles of ccxt: rows of opening time in milliseconds, open, high, low, close and volume."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from truebook._ingest.field import invalid, needed, number, rows
from truebook._ingest.instant import nanoseconds

if TYPE_CHECKING:
    from truebook._truebook import Applied, Book

_TIMEFRAME = re.compile(r"([1-9]\d{0,3})([smhdwMy])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PRICES = ("open", "high", "low", "close", "volume")


def ccxt_ohlcv(
    book: "Book",
    ohlcv: object,
    *,
    symbol: str,
    timeframe: str,
    complete: bool = True,
) -> "list[Applied]":
    """Record closed bars. `timeframe` is ccxt's: "1m", "4h", "1d", "1w", "1M".

    Exchanges list the bar that is still open last: `complete=False` leaves the last row out. A bar
    closes when the next one opens. Raises `InvalidValue` and `UnknownInstrument`.
    """
    name, frame = needed("symbol", symbol), needed("timeframe", timeframe)
    found = [_row(row, frame) for row in rows("ohlcv", ohlcv)]
    closed = found if complete else found[:-1]
    return [
        book.bar(
            name,
            frame,
            open=prices["open"],
            high=prices["high"],
            low=prices["low"],
            close=prices["close"],
            volume=prices["volume"],
            ts_open=ts_open,
            ts_event=ts_close,
        )
        for ts_open, ts_close, prices in closed
    ]


def _row(row: object, timeframe: str) -> tuple[int, int, dict[str, Decimal]]:
    parts = rows("ohlcv", row)
    if len(parts) < 6:
        raise invalid("ohlcv", row, "a row of time, open, high, low, close and volume")
    opened = nanoseconds("timestamp", parts[0], "ms")
    if opened is None:
        raise invalid("timestamp", parts[0], "milliseconds since the epoch")
    prices = {name: number(name, part) for name, part in zip(_PRICES, parts[1:6], strict=True)}
    return opened, _closes(opened, timeframe), prices


def _closes(opened: int, timeframe: str) -> int:
    """When a bar of `timeframe` that opened then closes, in nanoseconds since the epoch."""
    parts = _TIMEFRAME.fullmatch(timeframe)
    if parts is None:
        raise invalid("timeframe", timeframe, "a number and one of s, m, h, d, w, M, y")
    count, unit = int(parts[1]), parts[2]
    if unit in _SECONDS:
        return opened + count * _SECONDS[unit] * 10**9
    try:
        start = _EPOCH + timedelta(seconds=opened // 10**9)
        months = start.month - 1 + count * (12 if unit == "y" else 1)
        end = start.replace(year=start.year + months // 12, month=months % 12 + 1)
    except (ValueError, OverflowError) as error:
        raise invalid("timestamp", opened, "the opening of a month that has a next") from error
    return opened + (end - start) // timedelta(seconds=1) * 10**9
