"""The control connection holds no more than it can: neither lines that wait nor replies nobody reads."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sandbox.journal import Journal
from sandbox.net.connection import Connection
from sandbox.net.tap import TapTransport
from sandbox.net.tasks import Tasks
from sandbox.sansio import LineTooLongError
from sandbox.services.ftp.control import MAX_WAITING, Control
from sandbox.settings.models import Binding


class Wire(TapTransport):
    """Stands in for a tap's transport."""

    def __init__(self) -> None:
        self.reading = True
        self.written = b""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def control(wire: Wire) -> Control:
    async def serve(_: Control) -> None:
        return

    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    connection = Connection(1, "ftp", binding, "127.0.0.1:1", "127.0.0.1:2", Journal())
    made = Control(connection, Tasks(pytest.fail), serve, max_line=100)
    made.connection_made(wire)
    return made


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_lines_however_they_are_cut(control: Control, size: int) -> None:
    data = b"one\r\r\ntwo\n\xff\xf4\xff\xf2three\r\n" + b"x" * 500 + b"\r\n\r\nfour \xff\r\n"
    for start in range(0, len(data), size):
        control.data_received(data[start : start + size])
    control.eof_received()
    assert [await control.line() for _ in range(3)] == [b"one", b"two", b"three"]
    with pytest.raises(LineTooLongError):
        await control.line()
    assert [await control.line() for _ in range(2)] == [b"", b"four \xff"]
    with pytest.raises(EOFError):
        await control.line()


async def test_no_more_is_read_while_many_lines_wait(control: Control, wire: Wire) -> None:
    control.data_received(b"NOOP\r\n" * MAX_WAITING)
    assert wire.reading
    control.data_received(b"NOOP\r\n")
    assert not wire.reading
    while not wire.reading:
        await control.line()
    assert control.has_waiting


async def test_replies_wait_for_their_reader(control: Control, wire: Wire) -> None:
    control.send("200", "well")
    assert wire.written == b"200 well\r\n"
    await control.drained()
    control.pause_writing()
    waiting = asyncio.ensure_future(control.drained())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    control.resume_writing()
    await waiting


async def test_many_commands_leave_others_their_turn(control: Control) -> None:
    control.data_received(b"NOOP\r\nNOOP\r\n")
    await control.line()
    others: list[str] = []
    asyncio.get_running_loop().call_soon(others.append, "served")
    await control.drained()
    assert others


async def test_an_interrupt_sees_lines_first(control: Control) -> None:
    control.interrupt = lambda line: line == b"mine"
    control.data_received(b"mine\r\nyours\r\n")
    assert control.is_busy()
    assert await control.line() == b"yours"
    assert not control.has_waiting
