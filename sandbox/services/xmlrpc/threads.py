"""Calls that block, each in a daemon thread of its own, so that nothing has to wait for one that never ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sandbox.net.threads import in_thread

T = TypeVar("T")


class CallThreads:
    """At most ``limit`` calls run at a time; one that is no longer waited for keeps its place until it ends."""

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)

    async def run(self, call: Callable[[], T]) -> T:
        """Run ``call`` in a thread and return what it returns, or raise what it raises. May be cancelled."""
        await self._free.acquire()
        return await in_thread(call, ended=self._free.release)
