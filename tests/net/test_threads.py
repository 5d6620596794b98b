"""Work in threads: its result and its failure arrive, and nobody has to wait for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sandbox.net.threads import in_thread


async def test_the_result() -> None:
    assert await in_thread(threading.get_ident) != threading.get_ident()


async def test_the_failure() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_the_end_is_told_though_nobody_waits_for_the_result() -> None:
    go, over = threading.Event(), asyncio.Event()
    work = asyncio.ensure_future(in_thread(go.wait, ended=over.set))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not over.is_set()
    go.set()
    await asyncio.wait_for(over.wait(), 5)


def test_a_loop_ends_before_the_work() -> None:
    go, over = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(60)
        over.set()

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_thread(work), 0.01)

    asyncio.run(leave())
    assert not over.is_set()
    go.set()
