"""One callback, its queue, and the thread or event loop that calls it.

1. A callback gets its events in order, one at a time, and waits for nobody else's.
2. One that was added while an event loop ran is called on that loop; else on a daemon thread,
   where a coroutine runs on a loop of that thread.
3. What a callback leaves waiting is bounded: the oldest are lost and counted.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections import deque
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truebook.compat._event import Callback, TradeEvent

_log = logging.getLogger("truebook")
# How many events wait for one callback at most.
WAITING_MAX = 100_000
# How often it is looked whether the event loop that is waited for still runs, in seconds.
_PATIENCE = 0.1


class Subscriber:
    """Calls `callback` with each event that is put."""

    def __init__(self, callback: Callback) -> None:
        self.callback = callback
        self.errors = 0
        self.lost = 0
        self._waiting: deque[TradeEvent] = deque()
        self._is_busy = False
        self._is_ending = False
        self._is_dropped = False
        self._changed = threading.Condition()
        self._loop = _running_loop()
        self._thread = threading.Thread(target=self._run, name="truebook-subscriber", daemon=True)
        self._thread.start()

    def put(self, event: TradeEvent) -> None:
        """Have the callback called, soon."""
        with self._changed:
            if len(self._waiting) >= WAITING_MAX:
                self._waiting.popleft()
                self.lost += 1
                if self.lost == 1:
                    _log.error("%r is too slow: events are lost", self.callback)
            self._waiting.append(event)
            self._changed.notify_all()

    def qsize(self) -> int:
        """How many events wait; one that is being told counts."""
        return len(self._waiting) + self._is_busy

    def flush(self, timeout: float) -> bool:
        """Wait until nothing waits; whether that is so. Where the callback is called on the thread
        that asks, it is answered at once."""
        is_ours = threading.current_thread() is self._thread
        if is_ours or (self._loop is not None and self._loop is _running_loop()):
            return not self.qsize()
        with self._changed:
            return self._changed.wait_for(lambda: not self.qsize(), timeout)

    def stop(self) -> None:
        """Call it no more, after the present call."""
        with self._changed:
            self._is_dropped = True
            self._waiting.clear()
        self.finish()

    def finish(self) -> None:
        """Call it with what waits, and then no more."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()

    def _run(self) -> None:
        runner = asyncio.Runner()
        try:
            while (event := self._next()) is not None:
                try:
                    self._call(event, runner)
                except (Exception, asyncio.CancelledError):
                    self.errors += 1
                    _log.exception("a callback raised at %r", event.event_type)
        finally:
            runner.close()

    def _next(self) -> TradeEvent | None:
        with self._changed:
            self._is_busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._is_ending)
            if not self._waiting:
                return None
            self._is_busy = True
            return self._waiting.popleft()

    def _call(self, event: TradeEvent, runner: asyncio.Runner) -> None:
        loop = self._loop
        if loop is None:
            told = self.callback(event)
            if inspect.isawaitable(told):
                runner.run(_await(told))
            return
        telling = _tell(self.callback, event)
        try:
            future = asyncio.run_coroutine_threadsafe(telling, loop)
        except RuntimeError:
            # The loop was closed.
            telling.close()
            self._loop = None
            self._call(event, runner)
            return
        while not wait((future,), _PATIENCE).done:
            if loop.is_closed():
                raise RuntimeError("its event loop was closed meanwhile")
            if self._is_dropped:
                future.cancel()
                return
        future.result()


async def _tell(callback: Callback, event: TradeEvent) -> None:
    told = callback(event)
    if inspect.isawaitable(told):
        await told


async def _await(told: Any) -> None:
    await told


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
