"""What is read by attribute, by item and as a dict alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Record:
    """A record whose fields, in order, are `fields`: `record.price` and `record["price"]`."""

    fields: ClassVar[tuple[str, ...]] = ()
    __slots__ = ()

    def to_dict(self, *, floats: bool = False) -> dict[str, Any]:
        """The fields as a dict: Decimal, or the nearest float with `floats`."""
        found = {name: getattr(self, name) for name in self.fields}
        return {name: _as_float(value) for name, value in found.items()} if floats else found

    def get(self, name: str, default: Any = None) -> Any:
        """The field `name`, or `default` where there is none."""
        return getattr(self, name) if name in self.fields else default

    def __getitem__(self, name: str) -> Any:
        if name not in self.fields:
            raise KeyError(name)
        return getattr(self, name)


def instant(ns: int) -> datetime:
    """Nanoseconds since the epoch in UTC; what is finer than a microsecond is cut off."""
    return _EPOCH + timedelta(microseconds=ns // 1000)


def _as_float(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _as_float(item) for key, item in value.items()}
    return value
