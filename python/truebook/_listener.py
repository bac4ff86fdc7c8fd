"""Callbacks for events, on a thread of their own."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from truebook._truebook import Event, Subscription

_log = logging.getLogger("truebook")
# How long the thread waits before it looks whether it is to stop, in seconds.
_PATIENCE = 0.2
# How many events are taken at once.
_MANY = 1_024


class Listener:
    """Call functions with each event of a subscription, in order, on a thread of its own.

    One that raises is logged to the logger "truebook" and counted in `errors`; the others go on.
    The thread ends with the book, with the subscription, or by `stop`.

    >>> import truebook
    >>> with truebook.open() as book:
    ...     seen = []
    ...     with truebook.Listener(book.subscribe("balance_changed"), seen.append) as listener:
    ...         booked = book.deposit("USD", 5)
    ...         listener.wait(booked.sequence)
    ...     print(seen[0].kind, seen[0]["new"]["total"])
    True
    balance_changed 5
    """

    __module__ = "truebook"

    def __init__(
        self,
        subscription: Subscription,
        *callbacks: Callable[[Event], object],
        name: str = "truebook-listener",
    ) -> None:
        """Begin to listen."""
        self._subscription = subscription
        self._callbacks = list(callbacks)
        self._errors = 0
        self._heard = 0
        self._changed = threading.Condition()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def callbacks(self) -> tuple[Callable[[Event], object], ...]:
        """The functions that are called, in order."""
        return tuple(self._callbacks)

    @property
    def errors(self) -> int:
        """How often one of them raised."""
        return self._errors

    def add(self, callback: Callable[[Event], object]) -> None:
        """Call one more from the next event on."""
        with self._changed:
            self._callbacks = [*self._callbacks, callback]

    def remove(self, callback: Callable[[Event], object]) -> None:
        """Call it no more. One that is not called is ignored."""
        with self._changed:
            self._callbacks = [known for known in self._callbacks if known != callback]

    def wait(self, sequence: int, timeout: float = 10.0) -> bool:
        """Wait until everything up to `sequence` was given to the callbacks; whether it was."""
        with self._changed:
            return self._changed.wait_for(lambda: self._heard >= sequence, timeout)

    def stop(self, timeout: float | None = 10.0) -> None:
        """End, after what is being called. A repeat does nothing."""
        self._is_stopping = True
        self._subscription.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._is_stopping:
            batch = self._subscription.poll_many(_MANY, timeout=_PATIENCE)
            heard = self._subscription.sequence
            for event in batch:
                self._call(event)
            with self._changed:
                self._heard = heard
                self._changed.notify_all()
            if not batch and self._subscription.closed:
                return

    def _call(self, event: Event) -> None:
        for callback in self._callbacks:
            try:
                callback(event)
            except BaseException:
                # Whatever it is, it ends nobody else.
                self._errors += 1
                _log.exception("a callback raised at %r", event)
