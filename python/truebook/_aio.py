"""Events in an event loop: woken by a descriptor, so that nothing polls and no thread waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from truebook._truebook import Event, Subscription

# How often a subscription that is told what was before it is asked: nothing wakes it then.
_PAST_SECONDS = 0.001


async def events(subscription: Subscription) -> AsyncIterator[Event]:
    """Give the events of `subscription` until it or the book is closed.

    All that wait are taken at once; after them other tasks run.
    """
    loop = asyncio.get_running_loop()
    descriptor = subscription.fileno()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    in_vain = 0
    try:
        while True:
            batch = subscription.poll_many()
            for event in batch:
                yield event
            if batch:
                in_vain = 0
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
        loop.remove_reader(descriptor)
