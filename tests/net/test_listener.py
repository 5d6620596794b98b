"""Addresses: bound exactly as asked, refused in plain words, left clean; too many clients are told so."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox.errors import ListenError
from sandbox.journal import ListenerOpened, Opened
from sandbox.sansio import Actions, Core, Send
from sandbox.settings.models import Limits
from tests.net.conftest import Net


class Echo(Core):
    def receive(self, data: bytes) -> Actions:
        return (Send(data),)


async def test_any_free_port_is_told(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo())
    assert endpoint.port > 0
    assert net.network.endpoints == [endpoint]
    assert [entry.event for entry in net.journal] == [ListenerOpened("toy", "main", "tcp", endpoint.address)]


async def test_one_port_for_all_addresses_of_a_name(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), host="localhost")
    for family, _, _, _, address in socket.getaddrinfo("localhost", endpoint.port, type=socket.SOCK_STREAM):
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.connect(address)
    assert len(net.network.endpoints) == 1


async def test_ipv6(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), host="::1")
    assert endpoint.address == f"[::1]:{endpoint.port}"
    reader, writer = await net.connect(endpoint)
    writer.write(b"x")
    assert await reader.readexactly(1) == b"x"
    opened = net.journal.connection(1)[0].event
    assert opened.peer.startswith("[::1]:")  # type: ignore[union-attr]


async def test_a_taken_port_names_who_has_it(net: Net) -> None:
    first = await net.listen(lambda _: Echo())
    with pytest.raises(ListenError) as caught:
        await net.listen(lambda _: Echo(), port=first.port)
    name = Path(f"/proc/{os.getpid()}/comm").read_text().strip()
    assert str(caught.value) == (
        f"toy (main) cannot listen on 127.0.0.1:{first.port}: the address is in use by {name} (pid {os.getpid()})"
    )


async def test_an_address_of_another_machine(net: Net) -> None:
    with pytest.raises(ListenError, match="this machine has no such address"):
        await net.listen(lambda _: Echo(), host="192.0.2.1")


async def test_a_host_that_is_none(net: Net) -> None:
    with pytest.raises(ListenError, match="cannot listen on not an address:0: "):
        await net.listen(lambda _: Echo(), host="not an address")


async def test_too_many_clients_are_told_so(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), Limits(connections=1), busy=b"421 too many\r\n")
    reader, writer = await net.connect(endpoint)
    writer.write(b"x")
    await reader.readexactly(1)
    refused, _ = await net.connect(endpoint)
    assert await refused.read() == b"421 too many\r\n"
    assert net.facts("connection.refused")[0].details["limit"] == 1
    # Whoever leaves makes room.
    writer.close()
    await net.closed()
    reader, writer = await net.connect(endpoint)
    writer.write(b"y")
    assert await reader.readexactly(1) == b"y"


async def test_many_clients_at_once_wait_for_their_turn(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), limits=Limits(connections=1))
    with ExitStack() as clients:
        for _ in range(120):  # while nobody accepts; the kernel lets one too many try again after a second
            address = (endpoint.host, endpoint.port)
            clients.enter_context(socket.create_connection(address, timeout=0.5))


async def test_too_many_tls_clients_are_closed_without_plain_text(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), Limits(connections=1), busy=b"busy", tls="implicit")
    trust = net.network.authority.client_context()
    await net.connect(endpoint, ssl=trust, server_hostname="localhost")
    reader, _ = await net.connect(endpoint)
    assert await reader.read() == b""


async def test_unix_domain(net: Net, tmp_path: Path) -> None:
    path = tmp_path / "echo.sock"
    endpoint = await net.listen(lambda _: Echo(), transport="unix", path=path)
    assert endpoint.address == str(path)
    reader, writer = await net.connect(endpoint)
    writer.write(b"x")
    assert await reader.readexactly(1) == b"x"
    await net.network.close()
    assert not path.exists()


async def test_an_abandoned_socket_file_is_replaced(net: Net, tmp_path: Path) -> None:
    path = tmp_path / "echo.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    await net.connect(await net.listen(lambda _: Echo(), transport="unix", path=path))


async def test_a_socket_file_in_use_is_left_alone(net: Net, tmp_path: Path) -> None:
    path = tmp_path / "echo.sock"
    endpoint = await net.listen(lambda _: Echo(), transport="unix", path=path)
    with pytest.raises(ListenError, match="the address is in use"):
        await net.listen(lambda _: Echo(), transport="unix", path=path)
    await net.connect(endpoint)


async def test_a_file_that_is_no_socket_is_left_alone(net: Net, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(ListenError, match="something is there that is no socket"):
        await net.listen(lambda _: Echo(), transport="unix", path=path)
    await net.network.close()
    assert path.read_text() == "mine"


async def test_closing_waits_for_nobody_and_frees_the_port(net: Net) -> None:
    class Held(Core):
        def opened(self) -> Actions:
            return (Send(bytes(10_000_000)),)

    endpoint = await net.listen(lambda _: Held())
    encrypted = await net.listen(lambda _: Echo(), name="tls", tls="implicit")
    for _ in range(20):
        await net.connect(endpoint, limit=1024)
    trust = net.network.authority.client_context()
    await net.connect(encrypted, ssl=trust, server_hostname="localhost")
    await net.connect(encrypted)  # will never shake hands
    await net.until(lambda event: isinstance(event, Opened) and event.connection == 22)
    await net.network.close()
    assert not net.network._taps()
    assert {event.reason for event in net.ends()} == {"stopped"}
    again = await net.listen(lambda _: Echo(), port=endpoint.port)
    assert again.port == endpoint.port


async def test_closing_lets_the_last_bytes_out(net: Net) -> None:
    class Last(Core):
        def opened(self) -> Actions:
            return (Send(bytes(3_000_000)),)

    reader, _ = await net.connect(await net.listen(lambda _: Last()))
    await reader.readexactly(1)
    closing = asyncio.get_running_loop().create_task(net.network.close())
    assert len(await reader.read()) == 3_000_000 - 1
    await closing
