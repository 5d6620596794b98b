"""The tap: everything on the timeline, in order and in plain text; no connection outlives its time."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct

import pytest

from sandbox.journal import Closed, Fact, Opened, Received, Sent, TlsStarted
from sandbox.net import idleness
from sandbox.net.listener import Endpoint
from sandbox.sansio import Actions, Close, Core, Send, StartTls
from sandbox.settings.models import Limits
from tests.net.conftest import Net, bind_to


class Echo(Core):
    def receive(self, data: bytes) -> Actions:
        return (Send(data),)

    def idle(self) -> Actions:
        return (Send(b"goodbye"),)


class Upgrade(Echo):
    """Starts TLS when asked to."""

    def receive(self, data: bytes) -> Actions:
        return (Send(b"go"), StartTls()) if data == b"STARTTLS" else (Send(data),)

    def tls_started(self) -> Actions:
        return (Send(b"secret"),)


async def test_the_timeline_tells_everything_in_order(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo())
    reader, writer = await net.connect(endpoint)
    host, port = writer.get_extra_info("sockname")
    writer.write(b"one")
    await reader.readexactly(3)
    writer.write_eof()
    assert await reader.read() == b""
    await net.closed()
    opened = Opened(1, "toy", "main", "tcp", endpoint.address, f"{host}:{port}")
    wire = [Received(1, "toy", b"one"), Sent(1, "toy", b"one")]
    assert [entry.event for entry in net.journal.connection(1)] == [
        opened,
        *wire,
        Closed(1, "toy", "client", 3, 3),
    ]


async def test_connections_are_numbered_across_listeners(net: Net) -> None:
    one, two = await net.listen(lambda _: Echo()), await net.listen(lambda _: Echo(), name="second")
    await net.connect(one)
    await net.connect(two)
    second = await net.until(lambda event: isinstance(event, Opened) and event.connection == 2)
    assert second.listener == "second"


async def test_a_reset_by_the_client_is_told(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo())
    with socket.create_connection((endpoint.host, endpoint.port)) as client:
        await net.until(lambda event: isinstance(event, Opened))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert (await net.closed()).reason == "reset"


async def test_idle_connections_are_said_goodbye(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), Limits(idle_timeout=0.05))
    reader, _ = await net.connect(endpoint)
    assert await reader.read() == b"goodbye"
    assert (await net.closed()).reason == "idle"
    assert net.facts("connection.idle") == [Fact(1, "toy", "connection.idle")]


async def test_bytes_put_the_idle_limit_off(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), Limits(idle_timeout=0.2))
    reader, writer = await net.connect(endpoint)
    for _ in range(5):
        await asyncio.sleep(0.06)
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"


@pytest.fixture
def quick_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idleness, "GOODBYE_TIMEOUT", 0.05)


@pytest.mark.usefixtures("quick_goodbye")
async def test_an_idle_client_that_never_reads_is_dropped(net: Net) -> None:
    class Flood(Core):
        def opened(self) -> Actions:
            return (Send(bytes(20_000_000)),)

    endpoint = await net.listen(lambda _: Flood(), Limits(idle_timeout=0.05))
    await net.connect(endpoint, limit=1024)
    assert (await net.closed()).reason == "idle"


@pytest.mark.usefixtures("quick_goodbye")
async def test_a_client_that_never_reads_the_end_is_dropped_too(net: Net) -> None:
    class Farewell(Core):
        def opened(self) -> Actions:
            return (Send(bytes(20_000_000)), Close())

    endpoint = await net.listen(lambda _: Farewell(), Limits(idle_timeout=0.05))
    await net.connect(endpoint, limit=1024)
    assert (await net.closed()).reason == "idle"


async def test_implicit_tls_is_plain_text_on_the_timeline(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), tls="implicit")
    trust = net.network.authority.client_context()
    reader, writer = await net.connect(endpoint, ssl=trust, server_hostname="mail.test")
    writer.write(b"secret")
    assert await reader.readexactly(6) == b"secret"
    started = await net.until(lambda event: isinstance(event, TlsStarted))
    assert (started.facts.version, started.facts.server_name) == ("TLSv1.3", "mail.test")
    assert Received(1, "toy", b"secret") in [entry.event for entry in net.journal]


async def test_plain_text_at_a_tls_port_fails_the_handshake(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), tls="implicit")
    reader, writer = await net.connect(endpoint)
    writer.write(b"HELO there\r\n")
    await reader.read()
    assert (await net.closed()).reason == "error"
    assert len(net.facts("tls.failed")) == 1


async def test_a_client_that_goes_within_the_handshake(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), tls="implicit")
    _, writer = await net.connect(endpoint)
    writer.write(b"\x16\x03")
    writer.close()
    await net.closed()
    assert len(net.facts("tls.failed")) == 1


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
async def test_a_stop_within_the_handshake(net: Net, mode: str) -> None:
    endpoint = await net.listen(lambda _: Upgrade(), tls=mode)
    reader, writer = await net.connect(endpoint)
    if mode == "starttls":
        writer.write(b"STARTTLS")
        assert await reader.readexactly(2) == b"go"
    await net.until(lambda event: isinstance(event, Opened))
    await net.network.close()
    assert (await net.closed()).reason == "stopped"
    assert net.crashes() == []


async def test_starttls_changes_below_the_tap(net: Net) -> None:
    endpoint = await net.listen(lambda _: Upgrade())
    reader, writer = await net.connect(endpoint)
    writer.write(b"STARTTLS")
    assert await reader.readexactly(2) == b"go"
    await writer.start_tls(net.network.authority.client_context(), server_hostname="localhost")
    assert await reader.readexactly(6) == b"secret"
    writer.write(b"more")
    assert await reader.readexactly(4) == b"more"
    told = [type(event).__name__ for event in (entry.event for entry in net.journal.connection(1))]
    assert told == ["Opened", "Received", "Sent", "TlsStarted", "Sent", "Received", "Sent"]


async def test_plain_text_behind_starttls_is_not_heard(net: Net) -> None:
    class Injected(Upgrade):
        def receive(self, data: bytes) -> Actions:
            return (Send(b"go"), StartTls()) if data.startswith(b"STARTTLS") else (Send(b"heard"),)

    endpoint = await net.listen(lambda _: Injected())
    reader, writer = await net.connect(endpoint)
    writer.write(b"STARTTLS")
    assert await reader.readexactly(2) == b"go"
    writer.write(b"smuggled")
    assert await reader.read() == b""
    assert (await net.closed()).reason == "error"
    assert len(net.facts("tls.failed")) == 1


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
async def test_bytes_that_come_with_the_end_of_the_handshake_are_not_lost(net: Net, mode: str) -> None:
    endpoint = await net.listen(lambda _: Upgrade(), tls=mode)
    raw = await asyncio.to_thread(socket.create_connection, (endpoint.host, endpoint.port))
    trust = net.network.authority.client_context()
    expected = b"early" if mode == "implicit" else b"secretearly"
    with raw:
        assert await asyncio.to_thread(_shake_hands_and_speak, raw, trust, mode, len(expected)) == expected


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
async def test_who_says_all_and_leaves_with_the_end_of_the_handshake_is_heard(net: Net, mode: str) -> None:
    endpoint = await net.listen(lambda _: Upgrade(), tls=mode)
    raw = await asyncio.to_thread(socket.create_connection, (endpoint.host, endpoint.port))
    with raw:
        await asyncio.to_thread(_shake_hands_and_leave, raw, net.network.authority.client_context(), mode)
        closed = await net.closed()
    assert Received(1, "toy", b"early") in [entry.event for entry in net.journal]
    assert closed.reason == "client"


async def test_tls_clients_that_leave_without_a_word(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), tls="implicit")
    reader, writer = await net.connect(
        endpoint, ssl=net.network.authority.client_context(), server_hostname="localhost"
    )
    writer.write(b"x")
    await reader.readexactly(1)
    writer.transport.abort()
    await net.closed()
    assert not net.crashes()


async def test_a_protocol_that_fails_is_told_and_dropped(net: Net) -> None:
    class Broken(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            raise RuntimeError("a library's own")

    endpoint = await net.network.listen("toy", bind_to(), Limits(), lambda _: Broken())
    reader, writer = await net.connect(endpoint)
    writer.write(b"x")
    assert await reader.read() == b""
    assert (await net.closed()).reason == "error"
    assert "a library's own" in net.crashes()[0]


async def test_a_protocol_that_cannot_be_made_is_told(net: Net) -> None:
    def broken(_: object) -> asyncio.Protocol:
        raise RuntimeError("no protocol")

    reader, _ = await net.connect(await net.network.listen("toy", bind_to(), Limits(), broken))
    assert await reader.read() == b""
    await net.closed()
    assert "no protocol" in net.crashes()[0]


async def test_verification_by_a_stranger_fails(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), tls="implicit")
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(_distrust, endpoint)
    await net.closed()
    (fact,) = net.facts("tls.failed")
    assert "unknown ca" in str(fact.details["reason"]).lower()


def _distrust(endpoint: Endpoint) -> None:
    with (
        socket.create_connection((endpoint.host, endpoint.port), timeout=5) as raw,
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost"),
    ):
        pass


def _shake_hands_and_speak(raw: socket.socket, trust: ssl.SSLContext, mode: str, answer: int) -> bytes:
    """Send the client's last flight of the handshake and ``early`` in one segment."""
    client, incoming, outgoing = _shake_hands(raw, trust, mode)
    client.write(b"early")
    raw.sendall(outgoing.read())
    received = b""
    while len(received) < answer:
        try:
            received += client.read()
        except ssl.SSLWantReadError:
            incoming.write(raw.recv(65536))
    return received


def _shake_hands_and_leave(raw: socket.socket, trust: ssl.SSLContext, mode: str) -> None:
    """Send the client's last flight of the handshake, ``early`` and the end in one segment, as of a short upload."""
    client, _, outgoing = _shake_hands(raw, trust, mode)
    client.write(b"early")
    with pytest.raises(ssl.SSLWantReadError):
        client.unwrap()
    raw.sendall(outgoing.read())
    raw.shutdown(socket.SHUT_WR)
    while raw.recv(65536):
        pass


def _shake_hands(
    raw: socket.socket, trust: ssl.SSLContext, mode: str
) -> tuple[ssl.SSLObject, ssl.MemoryBIO, ssl.MemoryBIO]:
    """All of the handshake but for sending the client's last flight."""
    raw.settimeout(5)
    if mode == "starttls":
        raw.sendall(b"STARTTLS")
        assert raw.recv(2) == b"go"
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(incoming, outgoing, server_hostname="localhost")
    while True:
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            raw.sendall(outgoing.read())
            incoming.write(raw.recv(65536))
        else:
            return client, incoming, outgoing


class Working(asyncio.Protocol):
    """Is not idle until it is told so."""

    def __init__(self) -> None:
        self.busy = True
        self.asked = asyncio.Event()

    def is_busy(self) -> bool:
        self.asked.set()
        return self.busy


async def test_who_is_busy_elsewhere_is_not_idle(net: Net) -> None:
    protocol = Working()
    endpoint = await net.network.listen("toy", bind_to(), Limits(idle_timeout=0.02), lambda _: protocol)
    await net.connect(endpoint)
    for _ in range(3):
        await protocol.asked.wait()
        protocol.asked.clear()
    assert net.ends() == []
    protocol.busy = False
    assert (await net.closed()).reason == "idle"
