"""Events in an event loop: woken by a descriptor, so that nothing polls and no thread waits."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING

from truebook._errors import Error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from truebook._truebook import Event, Subscription

# How often a subscription that is told what was before it is asked: nothing wakes it then.
_PAST_SECONDS = 0.001
# After how many events other tasks run.
_MANY = 256

# Those that an event loop reads: of two readers one would never be woken.
_read: weakref.WeakSet[Subscription] = weakref.WeakSet()


async def events(subscription: Subscription) -> AsyncIterator[Event]:
    """Give the events of `subscription` until it or the book is closed.

    Those that wait are given at once; after some of them other tasks run.
    """
    if subscription in _read:
        raise Error("a subscription is read by one `async for` at a time: make another")
    loop = asyncio.get_running_loop()
    descriptor = subscription.fileno()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    _read.add(subscription)
    given = in_vain = 0
    try:
        while True:
            # One at a time: what is not given out stays in the subscription.
            event = subscription.poll()
            if event is not None:
                yield event
                in_vain, given = 0, given + 1
                if given % _MANY == 0:
                    await asyncio.sleep(0)
                continue
            if subscription.closed:
                return
            ready.clear()
            if subscription.arm():
                in_vain += 1
                await asyncio.sleep(0 if in_vain == 1 else _PAST_SECONDS)
                continue
            in_vain = 0
            await ready.wait()
    finally:
        _read.discard(subscription)
        loop.remove_reader(descriptor)
