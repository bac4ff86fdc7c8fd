"""The audit trail that a bot writes itself, beside the one that the book writes."""

from __future__ import annotations

import csv
import threading
import time
from pathlib import Path

from truebook._errors import InvalidValue, StoreError
from truebook.compat._record import instant
from truebook.compat._single import get_single_source_trade_manager
from truebook.compat._trade import Trade

_HEAD = (
    "logged_at",
    "id",
    "timestamp",
    "symbol",
    "side",
    "amount",
    "price",
    "strategy",
    "exchange",
    "order_id",
    "fees",
)
_lock = threading.Lock()


def log_trade(order: object) -> Path:
    """Append an order or trade to `logged-DAY.csv` in the audit folder; that file.

    It books nothing: `record_trade` does, and the book then writes `fills-DAY.csv` and
    `orders-DAY.csv` in the same folder by itself, so that this call can go. The folder is
    `audit_csv` of `configure`, or of `[book]` in its config; days are in UTC. Raises InvalidValue
    for what cannot be read and where there is no such folder, StoreError where it cannot be
    written.
    """
    told = Trade.of(order)
    folder = get_single_source_trade_manager().audit_csv
    if folder is None:
        raise InvalidValue("audit_csv: found None, allowed: the name of a folder, for log_trade")
    now = instant(time.time_ns())
    path = folder / f"logged-{now.date().isoformat()}.csv"
    fees = ";".join(f"{amount} {currency}".strip() for currency, amount in told.fees.items())
    row = (
        now.isoformat(),
        told.id,
        told.timestamp.isoformat(),
        told.symbol,
        told.side,
        f"{told.amount:f}",
        f"{told.price:f}",
        told.strategy or "",
        told.exchange or "",
        told.order_id or "",
        fees,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock, path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            if file.tell() == 0:
                writer.writerow(_HEAD)
            writer.writerow(row)
    except OSError as error:
        raise StoreError(f"{path}: {error}") from error
    return path
