"""Work that blocks, in a daemon thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], *, ended: Callable[[], None] | None = None) -> T:
    """Run ``work`` in a thread and return what it returns, or raise what it raises. May be cancelled.

    The end of the program does not wait for it, as it does for the threads of asyncio. ``ended`` is called on the
    event loop when the work is over, also if nobody waits for it any more.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def over(tell: Callable[[Any], None], outcome: Any) -> None:
        if ended is not None:
            ended()
        if not done.done():
            tell(outcome)

    def run() -> None:
        try:
            end: tuple[Callable[[Any], None], Any] = done.set_result, work()
        except StopIteration as error:  # no future takes it
            end = done.set_exception, RuntimeError(f"raised {error!r}")
        except BaseException as error:
            end = done.set_exception, error
        with suppress(RuntimeError):  # the loop is closed: the sandbox has stopped meanwhile
            loop.call_soon_threadsafe(over, *end)

    Thread(target=run, name="sandbox work", daemon=True).start()
    return await done
