"""Events for whoever subscribed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from truebook.compat._done import Done
from truebook.compat._subscriber import Subscriber

if TYPE_CHECKING:
    from truebook.compat._event import Callback, TradeEvent


class TradeEventBus:
    """Give events to callbacks, sync or async, without waiting for them.

    Each callback has a queue and a thread of its own: a slow one holds up nobody. One that is
    subscribed while an event loop runs is called on that loop. One that raises is logged to the
    logger "truebook" and counted in `errors`. `start`, `stop` and `publish` may be awaited.
    """

    def __init__(self) -> None:
        """A bus that runs, with nobody subscribed."""
        self._lock = threading.RLock()
        self._subscribers: tuple[Subscriber, ...] = ()
        self._is_running = True
        self._past_errors = 0
        self._past_lost = 0
        self._event_queue = _EventQueue(self)

    @property
    def subscribers(self) -> tuple[Callback, ...]:
        """The callbacks, in the order in which they came."""
        return tuple(known.callback for known in self._subscribers)

    @property
    def errors(self) -> int:
        """How often a callback raised."""
        return self._past_errors + sum(known.errors for known in self._subscribers)

    @property
    def lost(self) -> int:
        """How many events a callback was too slow for: 100,000 wait for each."""
        return self._past_lost + sum(known.lost for known in self._subscribers)

    def subscribe(self, callback: Callback) -> None:
        """Call `callback` with each event from now on. A repeat changes nothing."""
        with self._lock:
            if callback not in self.subscribers:
                self._subscribers = (*self._subscribers, Subscriber(callback))

    def unsubscribe(self, callback: Callback) -> None:
        """Call it no more, and drop what waits for it. One that is not called is ignored."""
        with self._lock:
            leaving = [known for known in self._subscribers if known.callback == callback]
            self._subscribers = tuple(k for k in self._subscribers if k not in leaving)
            for known in leaving:
                known.stop()
                self._past_errors += known.errors
                self._past_lost += known.lost

    def publish(self, event: TradeEvent) -> Done[None]:
        """Queue an event for every callback; a bus that was stopped drops it."""
        if self._is_running:
            for known in self._subscribers:
                known.put(event)
        return Done(None)

    def start(self) -> Done[None]:
        """Take events again. A new bus takes them already."""
        self._is_running = True
        return Done(None)

    def stop(self) -> Done[None]:
        """Take no more events; those that wait are still told."""
        self._is_running = False
        return Done(None)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait at most `timeout` seconds until every callback was told everything; whether it was.

        From a coroutine: `await asyncio.to_thread(bus.flush)`, so that its loop can call back.
        """
        end = time.monotonic() + timeout
        waited = [known.flush(max(0.0, end - time.monotonic())) for known in self._subscribers]
        return all(waited)

    def close(self) -> None:
        """Take no more events, and end each callback's thread when it was told what waits."""
        self._is_running = False
        for known in self._subscribers:
            known.finish()


class _EventQueue:
    """What waits on a bus."""

    def __init__(self, bus: TradeEventBus) -> None:
        self._bus = bus

    def qsize(self) -> int:
        """The most events that wait for one callback; it may have changed by now."""
        return max((known.qsize() for known in self._bus._subscribers), default=0)

    def empty(self) -> bool:
        """Whether nothing waits."""
        return self.qsize() == 0
