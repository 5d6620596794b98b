"""Data connections of FTP: only with the client itself, raw until attached, and never lost."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from sandbox.net.connection import Connection
from sandbox.net.data import DataListener
from tests.net.conftest import Net, bind_to


@pytest.fixture
def control(net: Net) -> Connection:
    """The control connection that data connections belong to, as far as they look at it."""
    return Connection(
        number=net.journal.number_connection(),
        service="toy",
        binding=bind_to(),
        local="127.0.0.1:1",
        peer="127.0.0.1:2",
        journal=net.journal,
        peer_host="127.0.0.1",
    )


@pytest.fixture
def listener(net: Net, control: Connection) -> DataListener:
    return net.network.listen_data(control, "127.0.0.1", range(1))


def connect(listener: DataListener, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", listener.port), timeout=5, source_address=(source, 0))


async def test_others_are_turned_away(net: Net, listener: DataListener) -> None:
    with connect(listener, "127.0.0.2") as other, connect(listener) as client:
        sock = await listener.accept()
        assert sock.getpeername() == client.getsockname()
        assert other.recv(1) == b""
        sock.close()
    assert len(net.facts("data.refused")) == 1
    listener.close()


async def test_what_is_attached_stands_on_the_timeline(
    net: Net, control: Connection, listener: DataListener
) -> None:
    with connect(listener) as client:
        transport = await net.network.attach_data(
            control, await listener.accept(), lambda _: asyncio.Protocol(), tls=False, idle_timeout=5
        )
        transport.write(b"data")
        assert client.recv(10) == b"data"
        transport.close()
        assert (await net.closed(transport.connection.number)).sent == 4
    assert [fact.details for fact in net.facts("data.opened")] == [{"control": control.number}]
    listener.close()


async def test_a_client_that_has_gone_before_leaves_nothing_open(
    net: Net, control: Connection, listener: DataListener
) -> None:
    with connect(listener) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock = await listener.accept()
    with pytest.raises(OSError):
        await net.network.attach_data(control, sock, lambda _: asyncio.Protocol(), tls=False, idle_timeout=5)
    assert sock.fileno() == -1
    listener.close()


async def test_dialling_back_reaches_the_client_only(net: Net, control: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        sock = await net.network.dial_back(control, "127.0.0.1", port, "127.0.0.1")
        sock.close()
        with pytest.raises(PermissionError):
            await net.network.dial_back(control, "127.0.0.2", port, "127.0.0.1")
