"""The driver carries out what a core asks, in order, and asks nothing of a core that could not be heard."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from sandbox.journal import Opened, Received, Sent
from sandbox.net import driver, tap
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Close, Core, Send, SetTimer, WhenDrained
from tests.net.conftest import Net

BLOCK = b"x" * 65536


class Script(Core):
    """Answers each line with what the test gave for it."""

    def __init__(self, **answers: Actions) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def receive(self, data: bytes) -> Actions:
        return self.answer(data.decode())

    def timer(self) -> Actions:
        return self.answer("timer")

    def poke(self) -> Actions:
        return self.answer("poke")

    def answer(self, event: str) -> Actions:
        self.asked.append(event)
        return self.answers.get(event, ())


async def test_neighbouring_sends_leave_in_one_write(net: Net) -> None:
    endpoint = await net.listen(lambda _: Script(hello=[Send(b"a"), SetTimer(None), Send(b"b"), Close()]))
    reader, writer = await net.connect(endpoint)
    writer.write(b"hello")
    assert await reader.read() == b"ab"
    await net.closed()
    assert [entry.event.data for entry in net.journal if isinstance(entry.event, Sent)] == [b"ab"]


async def test_nothing_is_asked_after_close(net: Net) -> None:
    core = Script(bye=[Close(), Send(b"never")])
    endpoint = await net.listen(lambda connection: core)
    reader, writer = await net.connect(endpoint)
    writer.write(b"bye")
    assert await reader.read() == b""
    assert core.asked == ["bye"]


async def test_a_core_learns_when_others_have_waited_long_enough(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(driver, "thread_time", lambda: clock[0])

    class Working(Core):
        def receive(self, data: bytes) -> Actions:
            before = self.turn_is_over()
            clock[0] += driver.MAX_TURN
            return (Send(f"{before} {self.turn_is_over()} ".encode()),)

    reader, writer = await net.connect(await net.listen(lambda _: Working()))
    for _ in range(2):  # each event is a turn of its own
        writer.write(b"x")
        assert await reader.readexactly(11) == b"False True "


async def test_a_new_timer_takes_the_place_of_the_old(net: Net) -> None:
    core = Script(start=[SetTimer(0.01), SetTimer(0.02)], cancel=[SetTimer(0.0), SetTimer(None), Send(b"ok")])
    core.answers["timer"] = [Send(b"tick"), Close()]
    endpoint = await net.listen(lambda _: core)
    reader, writer = await net.connect(endpoint)
    writer.write(b"cancel")
    assert await reader.readexactly(2) == b"ok"
    writer.write(b"start")
    assert await reader.read() == b"tick"
    assert core.asked == ["cancel", "start", "timer"]


async def test_wakes_are_put_together(net: Net) -> None:
    connections: list[Connection] = []
    core = Script(poke=[Send(b"poked"), Close()])

    def make(connection: Connection) -> Core:
        connections.append(connection)
        return core

    reader, _ = await net.connect(await net.listen(make))
    await net.until(lambda _: bool(connections))
    connections[0].wake()
    connections[0].wake()
    assert await reader.read() == b"poked"
    assert core.asked == ["poke"]
    connections[0].wake()  # of a connection that is gone


class Endless(Core):
    """Sends a block whenever there is room."""

    def __init__(self) -> None:
        self.blocks = 0
        self.poked = 0

    def opened(self) -> Actions:
        return self.drained()

    def receive(self, data: bytes) -> Actions:
        return (Close(),)

    def drained(self) -> Actions:
        self.blocks += 1
        return (Send(BLOCK), WhenDrained(), WhenDrained())

    def poke(self) -> Actions:
        self.poked += 1
        return ()


async def test_a_block_at_a_time_and_none_while_nobody_reads(net: Net) -> None:
    core, connections = Endless(), []

    def make(connection: Connection) -> Core:
        connections.append(connection)
        return core

    reader, writer = await net.connect(await net.listen(make), limit=1024)
    assert len(await reader.readexactly(20 * len(BLOCK))) == 20 * len(BLOCK)
    (served,) = net.network._taps()
    while served.upper.get_write_buffer_size() <= len(BLOCK):
        await asyncio.sleep(0)
    connections[0].wake()
    blocks = core.blocks
    for _ in range(10):
        await asyncio.sleep(0)
    assert (core.blocks, core.poked) == (blocks, 0)
    await reader.readexactly(core.blocks * len(BLOCK) - 20 * len(BLOCK))
    assert core.poked == 1
    writer.write(b"enough")
    with contextlib.suppress(ConnectionError):
        await reader.read()
    await net.closed()


class Farewell(Core):
    """Closes as soon as its long answer has been read."""

    def receive(self, data: bytes) -> Actions:
        return [Send(BLOCK * 200)]

    def drained(self) -> Actions:
        return [Send(b"bye"), Close()]


async def test_closing_when_there_is_room_again(net: Net) -> None:
    mistakes: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: mistakes.append(context))
    endpoint = await net.listen(lambda _: Farewell())
    reader, writer = await net.connect(endpoint)
    writer.write(b"go")
    assert len(await reader.read()) == 200 * len(BLOCK) + 3
    await net.closed()
    await asyncio.sleep(0)
    assert mistakes == []


class Echo(Core):
    def receive(self, data: bytes) -> Actions:
        return (Send(data),)


async def test_reading_stops_while_the_client_does_not_read(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo())
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setblocking(False)
        await loop.sock_connect(client, (endpoint.host, endpoint.port))
        await net.until(lambda event: isinstance(event, Opened))
        (served,) = net.network._taps()
        while served.upper.is_reading():
            with contextlib.suppress(BlockingIOError):
                client.send(BLOCK)
            await asyncio.sleep(0)
        with pytest.raises(BlockingIOError):
            _fill(client)
        assert served.upper.get_write_buffer_size() < 512 * 1024
        # What was held up still comes when the client reads.
        received = 0
        while received < served.received:
            received += len(await loop.sock_recv(client, 1 << 20))


def _fill(client: socket.socket) -> None:
    while True:
        client.send(BLOCK)


async def test_reset_sends_rst(net: Net) -> None:
    endpoint = await net.listen(lambda _: Script(x=[Close(reset=True)]))
    reader, writer = await net.connect(endpoint)
    writer.write(b"x")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    assert (await net.closed()).reason == "server"


async def test_lingering_lets_a_client_that_still_sends_see_the_answer(net: Net) -> None:
    endpoint = await net.listen(lambda _: Script(x=[Send(b"answer"), Close(linger=True)]))
    reader, writer = await net.connect(endpoint)
    writer.write(b"x")
    assert await reader.read() == b"answer"
    for _ in range(3):
        writer.write(b"still sending")
        await net.until(lambda event: isinstance(event, Received) and event.data.startswith(b"still"))
        await asyncio.sleep(0)
    writer.close()
    assert (await net.closed()).reason == "server"


async def test_lingering_has_an_end(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tap, "LINGER", 0.05)
    endpoint = await net.listen(lambda _: Script(x=[Close(linger=True)]))
    _, writer = await net.connect(endpoint)
    writer.write(b"x")
    assert (await net.closed()).reason == "server"


async def test_nobody_lingers_for_a_client_that_has_ended(net: Net) -> None:
    class AtTheEnd(Core):
        def eof(self) -> Actions:
            return (Send(b"answer"), Close(linger=True))

    reader, writer = await net.connect(await net.listen(lambda _: AtTheEnd()))
    async with asyncio.timeout(tap.LINGER / 2):
        writer.write_eof()
        assert await reader.read() == b"answer"
        await net.closed()


async def test_tls_does_not_linger(net: Net) -> None:
    endpoint = await net.listen(lambda _: Script(x=[Send(b"answer"), Close(linger=True)]), tls="implicit")
    trust = net.network.authority.client_context()
    reader, writer = await net.connect(endpoint, ssl=trust, server_hostname="localhost")
    async with asyncio.timeout(tap.LINGER / 2):
        writer.write(b"x")
        assert await reader.read() == b"answer"
        await net.closed()


class Broken(Core):
    def receive(self, data: bytes) -> Actions:
        raise RuntimeError("ours")

    def crashed(self) -> Actions:
        return (Send(b"internal error"),)


async def test_our_own_failure_is_told_and_ends_the_connection(net: Net) -> None:
    reader, writer = await net.connect(await net.listen(lambda _: Broken()))
    writer.write(b"x")
    assert await reader.read() == b"internal error"
    (crash,) = net.crashes()
    assert "RuntimeError: ours" in crash


async def test_a_half_closed_client_still_gets_its_answer(net: Net) -> None:
    class AtTheEnd(Core):
        def receive(self, data: bytes) -> Actions:
            return ()

        def eof(self) -> Actions:
            return (SetTimer(0.01),)

        def timer(self) -> Actions:
            return (Send(b"late"), Close())

    reader, writer = await net.connect(await net.listen(lambda _: AtTheEnd()))
    writer.write(b"x")
    writer.write_eof()
    assert await reader.read() == b"late"


class Busy(Core):
    """Needs fifty turns for what it was sent, and wants to hear nothing meanwhile."""

    def __init__(self) -> None:
        self.heard = b""
        self.heard_in_time = b""
        self.turns = 0

    def receive(self, data: bytes) -> Actions:
        self.heard += data
        return (WhenDrained(hears=False),)

    def drained(self) -> Actions:
        self.turns += 1
        if self.turns < 50:
            return (WhenDrained(hears=False),)
        self.heard_in_time = self.heard_in_time or self.heard
        return (Send(self.heard),)


async def test_a_core_with_enough_to_do_is_sent_no_more(net: Net) -> None:
    core = Busy()
    endpoint = await net.listen(lambda _: core)
    reader, writer = await net.connect(endpoint)
    writer.write(b"a")
    while not core.turns:
        await asyncio.sleep(0)
    writer.write(b"b")
    assert await reader.readexactly(3) == b"aab"
    assert core.heard_in_time == b"a"
