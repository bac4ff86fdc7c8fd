"""A thread that hands on the events of subscriptions, and says when it is through."""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from truebook import Event, Subscription

_log = logging.getLogger("truebook")
# How long it waits where the subscription cannot wake it, in seconds.
_PAUSE = 0.001


# How many events of the others are taken between two looks at the first.
_FEW = 32
# So many cells wait for a subscription at most: what came before has been told after so many.
_CELLS = 4_096


class Pump:
    """Calls `handle` with each event of `first` and of `others`; sleeps while there are none.

    Those of the first are never told later than what came after them, and wait for few of the
    others: however many there are of those, none of the first is lost for it.
    """

    def __init__(
        self, first: Subscription, *others: Subscription, handle: Callable[[Event], None]
    ) -> None:
        self._first = first
        self._others = others
        self._handle = handle
        # How often it was asked to be through, and up to which time it is, with the first and all.
        self._asked = 0
        self._first_through = 0
        self._all_through = 0
        self._changed = threading.Condition()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="truebook-compat", daemon=True)
        self._thread.start()

    def flush(self, timeout: float) -> bool:
        """Wait until what had come before this call was handled; whether it was."""
        return self._wait(timeout, lambda asked: self._all_through >= asked)

    def flush_first(self, timeout: float) -> bool:
        """The same of the first subscription alone."""
        return self._wait(timeout, lambda asked: self._first_through >= asked)

    def _wait(self, timeout: float, is_through: Callable[[int], bool]) -> bool:
        if threading.current_thread() is self._thread:
            return False
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._wake()
            return self._changed.wait_for(
                lambda: is_through(mine) or not self._thread.is_alive(), timeout
            )

    def stop(self) -> None:
        """Handle what waits, and end."""
        for subscription in (self._first, *self._others):
            subscription.close()
        self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(10)
        self._woken.close()
        self._waker.close()

    def _wake(self) -> None:
        try:
            self._waker.send(b"!")
        except OSError:
            # It is full, so that it wakes anyway, or closed.
            return

    def _run(self) -> None:
        known = (self._first, *self._others)
        waits: list[Subscription | socket.socket] = [*known, self._woken]
        # Since when it waits to be through with all, and how much of the others came since.
        since, passed = 0, 0
        while True:
            asked = self._asked
            # The first is asked last: it has all that came before what the others gave.
            others = [event for each in self._others for event in each.poll_many(_FEW)]
            first = self._first.poll_many()
            # A price has the sequence of the event before it.
            for event in sorted([*first, *others], key=lambda event: event.sequence):
                self._tell(event)
            # One that is told the past may give nothing now, and more later.
            is_first_through = not first and not self._first.behind
            if asked > self._all_through and since <= self._all_through:
                since, passed = asked, 0
            passed += len(others)
            if is_first_through:
                is_through = not others or passed >= _CELLS
                self._say(asked, asked if not others else since if is_through else 0)
            if first or others:
                continue
            if all(each.closed for each in known):
                return
            if self._asked > asked:
                continue
            if any([each.arm() for each in known]):
                time.sleep(_PAUSE)
                continue
            if self._woken in select.select(waits, [], [])[0]:
                self._woken.recv(4096)

    def _say(self, first: int, everything: int) -> None:
        with self._changed:
            self._first_through = max(self._first_through, first)
            self._all_through = max(self._all_through, everything)
            self._changed.notify_all()

    def _tell(self, event: Event) -> None:
        try:
            self._handle(event)
        except Exception:
            _log.exception("an event was not handed on: %r", event)
