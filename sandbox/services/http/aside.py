"""Work for large bodies, done in a thread: nobody else waits for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

from sandbox.net.threads import in_thread

LARGE = 64 * 1024  # octets; for less the way to a thread and back takes longer than the work

# What is worked on at the same time: an answer in the making takes several times the room of its body.
PLACES = BoundedSemaphore(4)

T = TypeVar("T")


async def aside(size: int, work: Callable[[], T]) -> T:
    """What ``work`` returns, done in a thread if the ``size`` of what it works on, in octets, is large."""
    if size <= LARGE:
        return work()

    def in_a_place() -> T:
        with PLACES:
            return work()

    return await in_thread(in_a_place)
