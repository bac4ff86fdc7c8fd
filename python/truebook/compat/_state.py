"""State that components of a bot share, kept in the book."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from truebook._errors import InvalidValue
from truebook._ingest.field import invalid, needed
from truebook.compat._done import Done
from truebook.compat._single import get_single_source_trade_manager

if TYPE_CHECKING:
    import truebook

_BYTES_MAX = 65_536
_DEPTH_MAX = 64


class SharedStateManager:
    """Named dicts that every component reads: the newest at once, and after a restart, too.

    They are kept in `book` as JSON, by default in that of `get_single_source_trade_manager`. There
    is no cache beside it and no server that can fail: a read is of memory, and needs no disk. Any
    thread may call. `redis_host` is accepted so that code need not change, and not used: the book
    is in this process.

    >>> from truebook import compat, open
    >>> shared_state = compat.SharedStateManager(book=open())
    >>> _ = shared_state.update_state("market_regime", {"regime": "trending"})
    >>> shared_state.get_state("market_regime")
    {'regime': 'trending'}
    """

    def __init__(
        self, redis_host: str = "localhost", *, book: truebook.Book | None = None
    ) -> None:
        """Share by `book`."""
        self.redis_host = redis_host
        self._book = book

    @property
    def book(self) -> truebook.Book:
        """Where it is kept."""
        return self._book if self._book is not None else get_single_source_trade_manager().book

    def update_state(self, key: str, data: Mapping[str, Any]) -> Done[None]:
        """Replace the dict under `key`; may be awaited, and is done when it returns.

        A datetime or date is kept as ISO 8601 text, a Decimal as its exact text, an enumeration as
        its value, a tuple as a list: that is what `get_state` gives. Raises InvalidValue with the
        key for more than 64 KiB of JSON, and for what JSON has no word for: NaN, a key that is not
        text, another type.
        """
        name = needed("key", key)
        if not isinstance(data, Mapping):
            raise invalid(name, data, "a dict")
        plain = _plain(name, data, 0)
        try:
            text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
            size = len(text.encode())
        except ValueError as error:
            what = "numbers of at most 4,300 digits and Unicode text"
            raise invalid(name, str(error), what) from error
        if size > _BYTES_MAX:
            raise InvalidValue(f"{name}: found {size} bytes of JSON, allowed: {_BYTES_MAX}")
        self.book.set_state(name, text)
        return Done(None)

    def get_state(self, key: str) -> dict[str, Any] | None:
        """The dict under `key`, or None where there is none: then ask whom you asked before.

        Each call gives a dict of its own. Raises InvalidValue where something other than
        `update_state` wrote what is not a JSON object.
        """
        name = needed("key", key)
        text = self.book.state(name)
        if text is None:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise invalid(name, text, "a JSON object") from error
        if not isinstance(found, dict):
            raise invalid(name, text, "a JSON object")
        return found


def _plain(where: str, value: object, depth: int) -> Any:
    """`value` in the words of JSON."""
    if depth > _DEPTH_MAX:
        raise InvalidValue(f"{where[:96]}: found more than {_DEPTH_MAX} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _plain(where, value.value, depth + 1)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {
            _name(where, key): _plain(f"{where}.{key}", value[key], depth + 1) for key in value
        }
    if isinstance(value, list | tuple):
        return [_plain(f"{where}[{at}]", part, depth + 1) for at, part in enumerate(value)]
    raise invalid(where, value, "what JSON has, a finite number, a datetime or an Enum")


def _name(where: str, key: object) -> str:
    if not isinstance(key, str):
        raise invalid(where, key, "keys that are text")
    return key
