"""A thread that hands on the events of subscriptions, and says when it is through."""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from truebook import Event, Subscription

_log = logging.getLogger("truebook")
# How long it waits where the subscription cannot wake it, in seconds.
_PAUSE = 0.001


class Pump:
    """Calls `handle` with each event; sleeps while there are none.

    Those of the first subscription are never told later than what came after them; only where it
    has more waiting than is taken at once others may come before.
    """

    def __init__(self, *subscriptions: Subscription, handle: Callable[[Event], None]) -> None:
        self._subscriptions = subscriptions
        self._handle = handle
        self._asked = 0
        self._answered = 0
        self._changed = threading.Condition()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="truebook-compat", daemon=True)
        self._thread.start()

    def flush(self, timeout: float) -> bool:
        """Wait until what had come before this call was handled; whether it was."""
        if threading.current_thread() is self._thread:
            return False
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._wake()
            return self._changed.wait_for(
                lambda: self._answered >= mine or not self._thread.is_alive(), timeout
            )

    def stop(self) -> None:
        """Handle what waits, and end."""
        for subscription in self._subscriptions:
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
        waits: list[Subscription | socket.socket] = [*self._subscriptions, self._woken]
        while True:
            asked = self._asked
            batch = self._next()
            for event in batch:
                self._tell(event)
            if batch:
                continue
            with self._changed:
                self._answered = asked
                self._changed.notify_all()
            if all(known.closed for known in self._subscriptions):
                return
            if self._asked > asked:
                continue
            if any(known.arm() for known in self._subscriptions):
                time.sleep(_PAUSE)
                continue
            if self._woken in select.select(waits, [], [])[0]:
                self._woken.recv(4096)

    def _next(self) -> list[Event]:
        # The first is asked last: it has all that came before what the others gave.
        polled = [known.poll_many() for known in reversed(self._subscriptions)]
        # A price has the sequence of the event before it.
        return sorted(chain(*reversed(polled)), key=lambda event: event.sequence)

    def _tell(self, event: Event) -> None:
        try:
            self._handle(event)
        except Exception:
            _log.exception("an event was not handed on: %r", event)
