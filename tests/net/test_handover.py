"""A connection changes hands: the next listener's protocol, TLS, limits and name hold, and no octet is lost."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.journal import Closed, Fact, Opened, Received, Sent, TlsStarted
from sandbox.net.connection import Connection
from sandbox.net.listener import Endpoint
from sandbox.net.transport import TapTransport
from sandbox.sansio import Actions, Close, Core, Send
from sandbox.settings.models import Limits
from tests.net.conftest import Net, Streams, bind_to


class Greeter(Core):
    """Speaks first, then echoes."""

    def opened(self) -> Actions:
        return (Send(b"hello "),)

    def receive(self, data: bytes) -> Actions:
        return (Send(data),)

    def eof(self) -> Actions:
        return (Send(b" and good-bye"), Close())

    def idle(self) -> Actions:
        return (Send(b"too late"),)


class Gate(asyncio.Protocol):
    """Hands every client over to ``target`` when its first octets have come; those behind the first are early."""

    def __init__(self, net: Net, target: tuple[str, str], *, wait: bool = False) -> None:
        self._net = net
        self._target = target
        self._wait = wait
        self._data = b""
        self.heard: list[str] = []
        self.transport: TapTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard.append("data")
        self._data += data
        if not self._wait:
            self.open()

    def eof_received(self) -> bool:
        self.heard.append("eof")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.heard.append("lost")

    def open(self) -> None:
        assert self.transport is not None
        self.transport.write(b"go\n")
        self._net.network.hand_over(self.transport, *self._target, self._data[1:])


class House:
    """A gate, and what lies behind it."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.gates: list[Gate] = []

    async def gate(self, *, wait: bool = False, limits: Limits | None = None) -> Endpoint:
        def make(_: Connection) -> Gate:
            self.gates.append(Gate(self.net, ("inner", "back"), wait=wait))
            return self.gates[-1]

        return await self.net.network.listen("outer", bind_to(), limits or Limits(), make)

    async def room(self, limits: Limits | None = None, busy: bytes = b"", **binding: Any) -> None:
        await self.net.network.listen_core(
            "inner", bind_to(name="back", **binding), limits or Limits(), lambda _: Greeter(), busy=busy
        )

    async def enter(self, gate: Endpoint, data: bytes = b"!") -> Streams:
        reader, writer = await self.net.connect(gate)
        writer.write(data)
        assert await reader.readexactly(3) == b"go\n"
        return reader, writer


@pytest.fixture
async def house(net: Net) -> AsyncIterator[House]:
    made = House(net)
    yield made
    assert not net.crashes()


async def test_the_timeline_has_two_connections(house: House) -> None:
    await house.room()
    reader, writer = await house.enter(await house.gate(), b"!early")
    assert await reader.readexactly(11) == b"hello early"
    writer.write_eof()
    assert await reader.read() == b" and good-bye"
    await house.net.closed(2)
    first, second = ([e.event for e in house.net.journal.connection(number)] for number in (1, 2))
    assert isinstance(first[0], Opened)
    assert first[1:] == [
        Received(1, "outer", b"!early"),
        Sent(1, "outer", b"go\n"),
        Closed(1, "outer", "handed over", 6, 3),
    ]
    opened = second[0]
    assert isinstance(opened, Opened)
    assert (opened.service, opened.listener, opened.peer) == ("inner", "back", first[0].peer)
    assert second[1:] == [
        Fact(2, "inner", "connection.taken_over", {"origin": 1}),
        Sent(2, "inner", b"hello "),
        Received(2, "inner", b"early"),
        Sent(2, "inner", b"early"),
        Sent(2, "inner", b" and good-bye"),
        Closed(2, "inner", "client", 5, 24),
    ]


async def test_whoever_hands_over_hears_nothing_more(house: House) -> None:
    await house.room()
    reader, writer = await house.enter(await house.gate())
    writer.write(b"more")
    assert await reader.readexactly(10) == b"hello more"
    writer.close()
    await house.net.closed(2)
    (gate,) = house.gates
    assert gate.heard == ["data"]
    assert gate.transport is not None
    assert gate.transport.is_closing()
    gate.transport.write(b"into the void")
    gate.transport.close()


async def test_the_end_comes_along(house: House) -> None:
    await house.room()
    gate = await house.gate(wait=True)
    reader, writer = await house.net.connect(gate)
    writer.write(b"!all")
    writer.write_eof()
    while not house.gates or "eof" not in house.gates[0].heard:
        await asyncio.sleep(0)
    house.gates[0].open()
    assert await reader.read() == b"go\nhello all and good-bye"


async def test_reading_that_was_paused_goes_on(house: House) -> None:
    await house.room()
    gate = await house.gate(wait=True)
    reader, writer = await house.net.connect(gate)
    writer.write(b"!")
    while not house.gates or not house.gates[0].heard:
        await asyncio.sleep(0)
    transport = house.gates[0].transport
    assert transport is not None
    transport.pause_reading()
    house.gates[0].open()
    writer.write(b"more")
    assert await reader.readexactly(13) == b"go\nhello more"


@pytest.mark.parametrize("early", [0, 1, 5, 10_000])
async def test_the_client_hello_may_come_early(house: House, early: int) -> None:
    await house.room(tls="implicit")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    trust = house.net.network.authority.client_context()
    client = trust.wrap_bio(incoming, outgoing, server_hostname="inner.test")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    reader, writer = await house.enter(await house.gate(), b"!" + hello[:early])
    writer.write(hello[early:])
    while True:
        incoming.write(await reader.read(65536))
        try:
            client.do_handshake()
            break
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
    client.write(b"secret")
    writer.write(outgoing.read())
    told = b""
    while told != b"hello secret":
        incoming.write(await reader.read(65536))
        told += whatever_came(client)
    started = await house.net.until(lambda event: isinstance(event, TlsStarted))
    assert (started.connection, started.service, started.facts.server_name) == (2, "inner", "inner.test")


def whatever_came(client: ssl.SSLObject) -> bytes:
    told = b""
    while True:
        try:
            told += client.read(65536)
        except ssl.SSLWantReadError:
            return told


@pytest.mark.parametrize("early", [b"no TLS at all", b"\x16\x03\x01\xff\xff" + b"x" * 600_000])
async def test_what_is_no_tls_fails_alone(house: House, early: bytes) -> None:
    await house.room(tls="implicit")
    gate = await house.gate(wait=True)
    _, writer = await house.net.connect(gate)
    writer.write(b"!" + early)
    while not house.gates or len(house.gates[0]._data) <= len(early):
        await asyncio.sleep(0)
    house.gates[0].open()
    assert (await house.net.closed(2)).reason == "error"
    assert [fact.connection for fact in house.net.facts("tls.failed")] == [2]


async def test_a_client_that_ends_before_its_hello(house: House) -> None:
    await house.room(tls="implicit")
    gate = await house.gate(wait=True)
    reader, writer = await house.net.connect(gate)
    writer.write(b"!\x16")
    writer.write_eof()
    while not house.gates or "eof" not in house.gates[0].heard:
        await asyncio.sleep(0)
    house.gates[0].open()
    assert await reader.read() == b"go\n"
    assert (await house.net.closed(2)).reason == "error"


async def test_the_other_listener_s_limits_hold(house: House) -> None:
    await house.room(Limits(connections=1, idle_timeout=0.05), busy=b"full up")
    gate = await house.gate(limits=Limits(connections=2))
    first, _ = await house.enter(gate)
    second, _ = await house.enter(gate)
    assert await second.read() == b"full up"
    assert house.net.facts("connection.refused")[0].service == "inner"
    assert await first.read() == b"hello too late"
    assert (await house.net.closed(2)).reason == "idle"


async def test_the_first_listener_s_place_is_free_again(house: House) -> None:
    await house.room()
    gate = await house.gate(limits=Limits(connections=1, idle_timeout=0.05))
    for _ in range(3):
        reader, _ = await house.enter(gate)
        assert await reader.readexactly(6) == b"hello "
    assert not house.net.facts("connection.idle")


async def test_nobody_there(house: House) -> None:
    gate = await house.gate(wait=True)
    _, writer = await house.net.connect(gate)
    writer.write(b"!")
    while not house.gates or not house.gates[0].heard:
        await asyncio.sleep(0)
    assert not house.net.network.has_listener("inner", "back")
    with pytest.raises(LookupError):
        house.gates[0].open()


async def test_a_client_that_is_gone(house: House) -> None:
    await house.room()
    gate = await house.gate(wait=True)
    _, writer = await house.net.connect(gate)
    writer.write(b"!")
    while not house.gates or not house.gates[0].heard:
        await asyncio.sleep(0)
    transport = house.gates[0].transport
    assert transport is not None
    transport.abort()
    with pytest.raises(ConnectionError):
        house.net.network.hand_over(transport, "inner", "back")
    await house.net.closed(1)
    assert house.gates[0].heard[-1] == "lost"
    with pytest.raises(ConnectionError):
        house.net.network.hand_over(transport, "inner", "back")


async def test_closing_ends_it(house: House) -> None:
    await house.room()
    reader, _ = await house.enter(await house.gate())
    await house.net.network.close()
    assert await reader.read() == b"hello "
    assert [closed.reason for closed in house.net.ends()] == ["handed over", "stopped"]


async def test_tls_within_tls(house: House) -> None:
    """The gate itself is behind TLS, and so is what lies behind it."""
    await house.room(tls="implicit")
    gates = house.gates

    def make(_: Connection) -> Gate:
        gates.append(Gate(house.net, ("inner", "back")))
        return gates[-1]

    gate = await house.net.network.listen("outer", bind_to(tls="implicit"), Limits(), make)
    trust = house.net.network.authority.client_context()
    reader, writer = await house.net.connect(gate, ssl=trust, server_hostname="outer.test")
    writer.write(b"!")
    assert await reader.readexactly(3) == b"go\n"
    await writer.start_tls(trust, server_hostname="inner.test")
    writer.write(b"twice")
    assert await reader.readexactly(11) == b"hello twice"
    names = [e.event.facts.server_name for e in house.net.journal if isinstance(e.event, TlsStarted)]
    assert names == ["outer.test", "inner.test"]
