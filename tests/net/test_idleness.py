"""Who is idle and who is not, on a clock of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.net import idleness
from sandbox.net.idleness import GOODBYE_TIMEOUT, IdleWatch


class Timer:
    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self.due = due
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Time passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + seconds, action))
        return self.timers[-1]

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.due <= end and not timer.cancelled]:
            timer = min(due, key=lambda timer: timer.due)
            self.timers.remove(timer)
            self.now = timer.due
            timer.action()
        self.now = end


class Client:
    def __init__(self, limit: float) -> None:
        self.unread = 0
        self.busy = False
        self.said: list[str] = []
        self.watch = IdleWatch(
            limit,
            unread=lambda: self.unread,
            is_busy=lambda: self.busy,
            goodbye=lambda: self.said.append("goodbye"),
            abort=lambda: self.said.append("abort"),
        )
        self.watch.start()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(idleness.asyncio, "get_running_loop", lambda: loop)
    return loop


def test_silence_ends_in_a_goodbye_and_then_in_the_end(loop: Loop) -> None:
    client = Client(10)
    loop.advance(9.9)
    assert client.said == []
    loop.advance(0.2)
    assert client.said == ["goodbye"]
    loop.advance(GOODBYE_TIMEOUT)
    assert client.said == ["goodbye", "abort"]


def test_every_octet_counts(loop: Loop) -> None:
    client = Client(10)
    for _ in range(5):
        loop.advance(9)
        client.watch.noted()
    assert client.said == []
    loop.advance(10)
    assert client.said == ["goodbye"]


def test_a_client_that_reads_slowly_is_not_idle(loop: Loop) -> None:
    client = Client(10)
    client.unread = 1000
    client.watch.noted(1000)
    for _ in range(5):
        loop.advance(8)
        client.unread -= 100
    assert client.said == []


def test_a_client_that_reads_nothing_is_idle(loop: Loop) -> None:
    client = Client(10)
    client.unread = 1000
    client.watch.noted(1000)
    loop.advance(10)
    assert client.said == ["goodbye"]


def test_a_busy_protocol_is_not_idle(loop: Loop) -> None:
    client = Client(10)
    client.busy = True
    loop.advance(100)
    client.busy = False
    assert client.said == []
    loop.advance(10)
    assert client.said == ["goodbye"]


def test_zero_is_never(loop: Loop) -> None:
    client = Client(0)
    loop.advance(1_000_000)
    assert client.said == []


def test_nothing_is_said_after_the_stop(loop: Loop) -> None:
    client = Client(10)
    client.watch.stop()
    loop.advance(100)
    assert client.said == []
