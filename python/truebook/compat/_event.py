"""What subscribers are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class TradeEvent:
    """A trade, a position or a price that changed; what it says are its attributes.

    | `event_type` | attributes |
    |---|---|
    | "trade_executed" | `trade`, `trade_id` |
    | "position_updated" | `position`, as it is when this is told; the `trade` that changed it, None
    where a price or a correction did |
    | "price_updated" | `symbol`, `old_price` (None before the first), `new_price` |

    `timestamp` is in UTC. `event.data` has the same attributes as a mapping.
    """

    __slots__ = ("data", "event_type", "timestamp")

    def __init__(self, event_type: str, timestamp: datetime, data: Mapping[str, Any]) -> None:
        """An event of a kind, with what it says."""
        self.event_type = event_type
        self.timestamp = timestamp
        self.data = dict(data)

    def __getattr__(self, name: str) -> Any:
        if name in TradeEvent.__slots__:
            raise AttributeError(name)
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(f"a {self.event_type!r} event has no {name!r}") from None

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    def __repr__(self) -> str:
        return f"TradeEvent({self.event_type!r}, {self.timestamp.isoformat()}, {self.data!r})"


Callback: TypeAlias = Callable[[TradeEvent], Any]
