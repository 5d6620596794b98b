"""How a bent connection ends, pauses, changes hands and begins TLS: nothing is lost, early or twice."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from sandbox.faults import Rule
from sandbox.journal import Fact, Received, Sent
from sandbox.net.connection import Connection
from sandbox.net.transport import TapTransport
from sandbox.sansio import Actions, Close, Core, Send, StartTls
from sandbox.settings.models import Limits
from tests.net.conftest import Net, bind_to


class Server(Core):
    """Echoes lines; says goodbye to ``bye``, and starts TLS at ``tls``."""

    def opened(self) -> Actions:
        return ()

    def receive(self, data: bytes) -> Actions:
        if data.startswith(b"tls"):
            return (Send(b"go\n"), StartTls())
        return (Send(data), Close()) if b"bye" in data else (Send(data),)

    def eof(self) -> Actions:
        return (Close(),)

    def idle(self) -> Actions:
        return (Send(b"too late\n"),)


def bend(net: Net, kind: str, **effect: Any) -> None:
    net.network.faults.add(Rule.model_validate({"on": "toy*", "effect": {"kind": kind, **effect}}))


def octets(net: Net, kind: type[Sent] | type[Received]) -> bytes:
    return b"".join(entry.event.data for entry in net.journal if isinstance(entry.event, kind))


async def test_what_was_said_before_the_end_arrives(net: Net) -> None:
    bend(net, "latency", seconds=0.05)
    reader, writer = await net.connect(await net.listen(lambda _: Server()))
    writer.write(b"bye\n")
    assert await reader.read() == b"bye\n"
    assert (await net.closed()).reason == "server"


async def test_nothing_is_heard_once_the_end_is_on_its_way(net: Net) -> None:
    bend(net, "slow-close", seconds=0.05)
    reader, writer = await net.connect(await net.listen(lambda _: Server()))
    writer.write(b"bye\n")
    assert await reader.readline() == b"bye\n"
    writer.write(b"are you there?\n")
    writer.write_eof()
    assert await reader.read() == b""
    assert octets(net, Received) == b"bye\n"


@pytest.mark.parametrize("then", ["close", "reset"])
async def test_a_fault_that_ends_the_connection_is_the_server_s_end(net: Net, then: str) -> None:
    bend(net, "limit", octets=2, then=then)
    _, writer = await net.connect(await net.listen(lambda _: Server()))
    writer.write(b"hello\n")
    assert (await net.closed()).reason == "server"
    assert octets(net, Sent) == b"he"


async def test_our_half_is_over_and_then_the_rest(net: Net) -> None:
    bend(net, "limit", octets=2, then="eof")
    reader, writer = await net.connect(await net.listen(lambda _: Server()))
    writer.write(b"hello\n")
    assert await reader.read() == b"he"
    writer.write(b"bye\n")
    assert (await net.closed()).received == len(b"hello\nbye\n")


async def test_what_does_not_arrive_does_not_stand_on_the_timeline(net: Net) -> None:
    bend(net, "silence")
    reader, writer = await net.connect(await net.listen(lambda _: Server()))
    writer.write(b"hello\n")
    await net.until(lambda event: isinstance(event, Received))
    writer.close()
    assert octets(net, Sent) == b""
    await net.network.close()
    assert (await net.closed()).sent == 0
    del reader


async def test_the_network_closes_with_much_held_up(net: Net) -> None:
    bend(net, "latency", seconds=3600.0, direction="both")
    reader, writer = await net.connect(await net.listen(lambda _: Server()))
    writer.write(bytes(1000))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(10):
        await net.network.close()
    assert (await net.closed()).reason == "stopped"
    del reader


async def test_who_waits_for_us_is_not_idle(net: Net) -> None:
    bend(net, "latency", seconds=0.8)
    endpoint = await net.listen(lambda _: Server(), Limits(idle_timeout=0.3))
    reader, writer = await net.connect(endpoint)
    writer.write(b"bye\n")
    assert await reader.read() == b"bye\n"
    assert not net.facts("connection.idle")


async def test_who_is_idle_in_silence_is_dropped(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.net.idleness.GOODBYE_TIMEOUT", 0.05)
    bend(net, "silence")
    reader, _ = await net.connect(await net.listen(lambda _: Server(), Limits(idle_timeout=0.05)))
    assert await reader.read() == b""
    assert (await net.closed()).reason == "idle"


async def test_tls_begins_while_everything_is_late(net: Net) -> None:
    bend(net, "latency", seconds=0.05, direction="both")
    reader, writer = await net.connect(await net.listen(lambda _: Server(), tls="starttls"))
    writer.write(b"tls\n")
    assert await reader.readline() == b"go\n"
    context: ssl.SSLContext = net.network.authority.client_context()
    await writer.start_tls(context, server_hostname="localhost")
    writer.write(b"bye\n")
    assert await reader.read() == b"bye\n"


async def test_plain_text_that_is_held_up_is_never_taken_for_encrypted(net: Net) -> None:
    bend(net, "slicer", size=4, pause=0.05, direction="to_server")
    reader, writer = await net.connect(await net.listen(lambda _: Server(), tls="starttls"))
    writer.write(b"tls\nsmuggled")
    assert await reader.readline() == b"go\n"
    context: ssl.SSLContext = net.network.authority.client_context()
    await writer.start_tls(context, server_hostname="localhost")
    writer.write(b"bye\n")
    assert (await reader.read()).endswith(b"bye\n")
    assert b"smug" not in octets(net, Received)


class Sender(asyncio.Protocol):
    """Writes as much as it may, and counts how often it was told to pause and to go on."""

    def __init__(self, _: Connection) -> None:
        self.told: list[str] = []
        self.transport: TapTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self.transport = transport
        transport.write(bytes(100_000))

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")
        assert self.transport is not None
        self.transport.close()


async def test_a_sender_is_held_up_once_and_let_go_once(net: Net) -> None:
    bend(net, "bandwidth", rate=1_000_000)
    senders: list[Sender] = []

    def make(connection: Connection) -> Sender:
        senders.append(Sender(connection))
        return senders[-1]

    endpoint = await net.network.listen("toy", bind_to(), Limits(), make)
    reader, _ = await net.connect(endpoint)
    assert len(await reader.read()) == 100_000
    assert senders[0].told == ["pause", "resume"]


class Gate(asyncio.Protocol):
    """Hands its client over after the first octet; says so before."""

    def __init__(self, net: Net) -> None:
        self._net = net

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"go\n")
        self._net.network.hand_over(self.transport, "inner", "main", data[1:])


async def test_what_is_held_up_changes_hands_in_order(net: Net) -> None:
    bend(net, "slicer", size=2, pause=0.05, direction="both")
    await net.network.listen_core("inner", bind_to(), Limits(), lambda _: Server())
    reader, writer = await net.connect(
        await net.network.listen("toy", bind_to(), Limits(), lambda _: Gate(net))
    )
    writer.write(b"!hello, bye\n")
    assert await reader.read() == b"go\nhello, bye\n"
    assert [fact.name for fact in net.facts("connection.taken_over")] == ["connection.taken_over"]
    assert not [
        entry for entry in net.journal if isinstance(entry.event, Fact) and "crash" in entry.event.name
    ]
