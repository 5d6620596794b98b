"""UDP: empty and largest datagrams, peers in place of connections, and losses that are told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sandbox.errors import ListenError
from sandbox.journal import Closed, Opened, Received, Sent
from sandbox.net import sockets
from sandbox.net.connection import Connection
from sandbox.net.datagrams import Answer
from sandbox.net.listener import Endpoint
from sandbox.net.sockets import bind_both
from sandbox.sansio import Actions, Core, Send
from sandbox.settings.models import Limits
from tests.net.conftest import Net, bind_to

LARGEST = 65507  # octets: 65,535 less the IPv4 and UDP headers


def echo(_: Connection, data: bytes) -> Iterable[bytes]:
    return (data,)


@pytest.fixture
def listen(net: Net) -> Callable[..., Any]:
    async def opened(answer: Answer = echo, limits: Limits | None = None, **binding: Any) -> Endpoint:
        return await net.network.listen_datagrams(
            "toy", bind_to(transport="udp", **binding), limits or Limits(), answer
        )

    return opened


async def exchange(client: socket.socket, data: bytes, endpoint: Endpoint) -> bytes:
    client.setblocking(False)
    client.sendto(data, (endpoint.host, endpoint.port))
    async with asyncio.timeout(5):
        return await asyncio.get_running_loop().sock_recv(client, 70000)


def udp(family: int = socket.AF_INET) -> socket.socket:
    return socket.socket(family, socket.SOCK_DGRAM)


@pytest.mark.parametrize("size", [0, 1, 512, LARGEST])
async def test_every_size(net: Net, listen: Callable[..., Any], size: int) -> None:
    endpoint = await listen()
    with udp() as client:
        assert await exchange(client, b"x" * size, endpoint) == b"x" * size
    wire = [entry.event for entry in net.journal.connection(1)][1:]
    assert wire == [Received(1, "toy", b"x" * size), Sent(1, "toy", b"x" * size)]


async def test_ipv6(listen: Callable[..., Any]) -> None:
    with udp(socket.AF_INET6) as client:
        assert await exchange(client, b"six", await listen(host="::1")) == b"six"


async def test_several_answers_and_none(listen: Callable[..., Any]) -> None:
    endpoint = await listen(lambda _, data: [data] * int(data))
    with udp() as client:
        client.sendto(b"0", (endpoint.host, endpoint.port))
        assert await exchange(client, b"2", endpoint) == b"2"
        assert await asyncio.get_running_loop().sock_recv(client, 10) == b"2"


async def test_an_answer_too_long_for_udp_is_told(net: Net, listen: Callable[..., Any]) -> None:
    endpoint = await listen(lambda _, data: [b"x" * (LARGEST + 1), b"short"])
    with udp() as client:
        assert await exchange(client, b"x", endpoint) == b"short"
    (fact,) = net.facts("datagram.lost")
    assert fact.details["size"] == LARGEST + 1


async def test_a_peer_is_one_connection_however_often_it_speaks(net: Net, listen: Callable[..., Any]) -> None:
    endpoint = await listen()
    with udp() as one, udp() as two:
        for client in (one, two, one):
            await exchange(client, b"abc", endpoint)
        opened = [entry.event for entry in net.journal if isinstance(entry.event, Opened)]
        assert [event.connection for event in opened] == [1, 2]
    await net.network.close()
    await asyncio.sleep(0)
    assert set(net.ends()) == {Closed(1, "toy", "stopped", 6, 6), Closed(2, "toy", "stopped", 3, 3)}


async def test_the_peer_silent_longest_is_forgotten(net: Net, listen: Callable[..., Any]) -> None:
    endpoint = await listen(limits=Limits(connections=2))
    with udp() as one, udp() as two, udp() as three:
        for client in (one, two, one, three):
            await exchange(client, b"x", endpoint)
        assert net.ends() == [Closed(2, "toy", "idle", 1, 1)]


async def test_our_own_failure_costs_one_answer(net: Net, listen: Callable[..., Any]) -> None:
    def answer(_: Connection, data: bytes) -> Iterable[bytes]:
        yield data
        if data == b"bad":
            raise RuntimeError("ours")

    endpoint = await listen(answer)
    with udp() as client:
        client.sendto(b"bad", (endpoint.host, endpoint.port))
        assert await exchange(client, b"good", endpoint) == b"good"
    assert "ours" in net.crashes()[0]


async def test_tcp_and_udp_share_a_port(net: Net, listen: Callable[..., Any]) -> None:
    with udp() as client:
        for _ in range(10):
            endpoint = await listen()
            try:
                server = socket.create_server((endpoint.host, endpoint.port))
            except OSError:  # a connection has just this number
                continue
            with server:
                assert await exchange(client, b"x", endpoint) == b"x"
            return
    pytest.fail("no port number is free for both")


class Answering(Core):
    def receive(self, data: bytes) -> Actions:
        return (Send(data),)


async def test_one_port_for_both_transports(net: Net) -> None:
    await net.network.listen_both("toy", bind_to(), Limits(), lambda _: Answering(), echo)
    stream, datagrams = net.network.endpoints
    assert (stream.transport, datagrams.transport) == ("tcp", "udp")
    assert stream.port == datagrams.port
    reader, writer = await net.connect(stream)
    writer.write(b"stream")
    assert await reader.readexactly(6) == b"stream"
    with udp() as client:
        assert await exchange(client, b"datagram", datagrams) == b"datagram"


async def test_a_port_whose_other_half_is_taken(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    host = "127.44.45.46"  # where no other test takes the port meanwhile
    with udp() as taken:
        taken.bind((host, 0))
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match="in use"):
            bind_both("toy", bind_to(host=host, port=port))
        with socket.create_server((host, port)):
            pass  # what had been bound is free again

        first_comes_the_taken_one = iter([port])
        real = sockets._bind

        def unlucky(family: int, transport: str, host: str, wanted: int) -> socket.socket:
            return real(family, transport, host, wanted or next(first_comes_the_taken_one, 0))

        monkeypatch.setattr(sockets, "_bind", unlucky)
        (stream,), (datagram,) = bind_both("toy", bind_to(host=host))
        with stream, datagram:
            assert stream.getsockname() == datagram.getsockname()
            assert stream.getsockname()[1] != port
