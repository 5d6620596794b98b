"""Nobody listens while a rule says so: clients are refused by the kernel, the address stays, and who is connected as well."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Rule
from sandbox.faults.recall import KeptRules
from sandbox.journal import ListenerOpened
from sandbox.net.listener import Endpoint
from sandbox.sansio import Actions, Core, Send
from sandbox.settings.models import Limits
from tests.net.conftest import Net, bind_to


class Echo(Core):
    def receive(self, data: bytes) -> Actions:
        return (Send(data),)


def refuse(**fields: Any) -> Rule:
    return Rule.model_validate({"name": "down", "on": "toy", "effect": {"kind": "refuse"}} | fields)


def connect(endpoint: Endpoint) -> socket.socket:
    """A client that connects while the loop stands still."""
    client = socket.socket(socket.AF_INET if endpoint.path is None else socket.AF_UNIX)
    client.settimeout(5)
    try:
        client.connect((endpoint.host, endpoint.port) if endpoint.path is None else endpoint.path)
    except OSError:
        client.close()
        raise
    return client


def is_refused(endpoint: Endpoint) -> bool:
    try:
        connect(endpoint).close()
    except ConnectionRefusedError:
        return True
    return False


async def echoed(client: socket.socket) -> bytes:
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, b"x")
    async with asyncio.timeout(5):
        return await loop.sock_recv(client, 10)


Open = Callable[[Net, Path], Any]


async def by_tcp(net: Net, _: Path) -> Endpoint:
    return await net.listen(lambda _: Echo())


async def by_unix(net: Net, directory: Path) -> Endpoint:
    return await net.listen(lambda _: Echo(), transport="unix", path=directory / "echo.sock")


@pytest.mark.parametrize("opened", [by_tcp, by_unix], ids=["tcp", "unix"])
async def test_refused_at_once_and_welcome_at_once(net: Net, opened: Open, tmp_path: Path) -> None:
    endpoint = await opened(net, tmp_path)
    faults = net.network.faults
    for _ in range(3):
        faults.add(refuse())
        assert is_refused(endpoint)
        assert net.network.accepting() == [(endpoint, False)]
        faults.remove("down")
        with connect(endpoint) as client:
            assert await echoed(client) == b"x"
        assert net.network.accepting() == [(endpoint, True)]
    assert [fact.name for fact in net.facts("listener.closed")] == ["listener.closed"] * 3
    assert net.facts("listener.closed")[0].details == {
        "listener": "main",
        "address": endpoint.address,
        "rule": "down",
    }
    assert net.facts("listener.reopened")[2].details == {"listener": "main", "address": endpoint.address}
    assert not net.crashes()


@pytest.mark.parametrize("opened", [by_tcp, by_unix], ids=["tcp", "unix"])
async def test_who_is_connected_stays_even_if_nobody_has_accepted_it_yet(
    net: Net, opened: Open, tmp_path: Path
) -> None:
    endpoint = await opened(net, tmp_path)
    with connect(endpoint) as accepted, connect(endpoint) as waiting:
        assert await echoed(accepted) == b"x"
        with connect(endpoint) as on_its_way:
            await asyncio.sleep(0)  # asyncio may have accepted it, and not yet told us
            with connect(endpoint) as in_the_queue:
                net.network.faults.add(refuse())
                for client in (accepted, waiting, on_its_way, in_the_queue):
                    assert await echoed(client) == b"x"
        assert is_refused(endpoint)
    assert not net.facts("fault.hit")


async def test_all_addresses_of_a_name(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), host="localhost")
    net.network.faults.add(refuse())
    for family, _, _, _, address in socket.getaddrinfo("localhost", endpoint.port, type=socket.SOCK_STREAM):
        with socket.socket(family) as client, pytest.raises(ConnectionRefusedError):
            client.connect(address)
    net.network.faults.remove("down")
    for family, _, _, _, address in socket.getaddrinfo("localhost", endpoint.port, type=socket.SOCK_STREAM):
        with socket.socket(family) as client:
            client.connect(address)


async def test_nothing_listens_when_rules_come_and_go_in_one_step(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo(), host="localhost")
    faults = net.network.faults
    faults.add(refuse())
    for _ in range(3):
        faults.replace([])
        faults.replace([refuse()])
        await asyncio.sleep(0)
    assert is_refused(endpoint)
    for _ in range(20):
        await asyncio.sleep(0)
    assert is_refused(endpoint)
    assert not net.network.tasks
    facts = len(net.facts("listener.closed"))
    faults.replace([refuse()])
    assert len(net.facts("listener.closed")) == facts


async def test_a_listener_chosen_by_name(net: Net) -> None:
    first = await net.listen(lambda _: Echo())
    second = await net.listen(lambda _: Echo(), name="second")
    net.network.faults.add(refuse(on="*", listener="sec*"))
    assert not is_refused(first)
    assert is_refused(second)


async def test_a_listener_that_is_opened_under_a_rule(net: Net) -> None:
    net.network.faults.add(refuse())
    endpoint = await net.listen(lambda _: Echo())
    assert endpoint.port
    assert is_refused(endpoint)
    assert isinstance(next(iter(net.journal)).event, ListenerOpened)
    net.network.faults.replace([])
    assert not is_refused(endpoint)


async def test_a_listener_aside_is_under_no_rule(net: Net) -> None:
    endpoint = await net.network.listen("toy", bind_to(), Limits(), lambda _: asyncio.Protocol(), aside=True)
    net.network.faults.add(refuse(on="*"))
    assert not is_refused(endpoint)


async def test_going_back_opens_and_shuts_without_a_word(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo())
    rules = KeptRules(net.network.faults)
    beginning = rules.snapshot()
    net.network.faults.add(refuse())
    refusing = rules.snapshot()
    before = len(net.journal)
    await net.network.disconnect(lambda: rules.restore(beginning))
    with connect(endpoint) as client:
        await net.network.disconnect(lambda: rules.restore(refusing))
        assert client.recv(1) == b""
    assert is_refused(endpoint)
    assert [type(entry.event).__name__ for entry in list(net.journal)[before:]] == []


@pytest.mark.parametrize("opened", [by_tcp, by_unix], ids=["tcp", "unix"])
@pytest.mark.parametrize("reopened", [False, True], ids=["shut", "about to open"])
async def test_closing_gives_the_address_back(net: Net, opened: Open, reopened: bool, tmp_path: Path) -> None:
    open_files = Path("/proc/self/fd")
    before = set(open_files.iterdir())
    endpoint = await opened(net, tmp_path)
    net.network.faults.add(refuse())
    if reopened:
        net.network.faults.replace([])
    await net.network.close()
    assert set(open_files.iterdir()) == before
    assert not list(tmp_path.iterdir())
    if endpoint.port:
        with socket.create_server((endpoint.host, endpoint.port)):
            pass


async def test_an_address_that_somebody_has_taken_meanwhile(net: Net) -> None:
    endpoint = await net.listen(lambda _: Echo())
    net.network.faults.add(refuse())
    with contextlib.closing(socket.create_server((endpoint.host, endpoint.port))):
        net.network.faults.replace([])
        assert net.network.accepting() == [(endpoint, False)]
        assert "Address already in use" in net.crashes()[0]
        assert not net.facts("listener.reopened")
    net.network.faults.replace([])
    assert not is_refused(endpoint)
    assert len(net.facts("listener.reopened")) == 1


@pytest.mark.parametrize("tls", ["none", "implicit"])
async def test_who_comes_another_way_is_reset(net: Net, tls: str) -> None:
    await net.listen(lambda _: Echo(), tls=tls)
    active = net.network.faults.add(refuse())
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.settimeout(5)
        await net.network.adopt("toy", "main", ours)
        assert (await net.closed()).reason == "server"
        assert theirs.recv(1) == b""
    assert net.facts("fault.hit")[0].details["rule"] == "down"
    assert active.hits == 1
