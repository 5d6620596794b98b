"""The Engine as a whole: starting, failing to start, stopping, and services of other distributions."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint

import pytest

from sandbox import services
from sandbox.engine import Engine
from sandbox.errors import ListenError, SettingsError
from sandbox.journal import Fact


async def test_it_starts_and_stops_on_the_callers_loop() -> None:
    async with Engine.from_mapping({"services": {"smtp": {"port": 0}, "pop3": {"port": 0}}}) as sandbox:
        assert [endpoint.service for endpoint in sandbox.endpoints] == ["smtp", "pop3"]
        assert sandbox.endpoint("pop3").port
        with pytest.raises(LookupError, match="pop3 has no listener 'pop3s'"):
            sandbox.endpoint("pop3", "pop3s")
    assert sandbox.endpoints == ()
    await sandbox.stop()


def test_what_is_installed_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than all the rest of making a sandbox."""
    services.names()
    monkeypatch.setattr(services, "entry_points", None)
    Engine.from_mapping({"services": {"smtp": {"port": 0}}})


async def test_when_one_listener_fails_nothing_stays_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sandbox = Engine.from_mapping(
            {
                "services": {
                    "smtp": {"port": 0},
                    "tcp": {"listeners": {"echo": {"behaviour": "echo", "port": port}}},
                }
            }
        )
        with pytest.raises(ListenError, match=rf"tcp \(echo\) cannot listen on 127.0.0.1:{port}") as caught:
            await sandbox.start()
        assert (caught.value.service, caught.value.listener) == ("tcp", "echo")
    assert sandbox.endpoints == ()
    assert len(asyncio.all_tasks()) == 1


async def test_waiting_for_what_never_comes() -> None:
    async with Engine.from_mapping({"services": {"pop3": {"port": 0}}}) as sandbox:
        with pytest.raises(TimeoutError):
            await sandbox.wait_for(lambda entry: isinstance(entry.event, Fact), timeout=0.01)


@pytest.mark.parametrize("address", ["192.168.0.102", "195.161.136.4", "2001:db8::1", "127.0.0.1"])
async def test_addresses_of_the_configuration_stand_in_the_certificate(address: str) -> None:
    configuration = {
        "hosts": {"www.onego.ru": ["195.161.136.4", "2001:db8::1"]},
        "routes": {"192.168.0.102:443": "tcp.echo"},
        "services": {"tcp": {"listeners": {"echo": {"behaviour": "echo", "tls": "implicit"}}}},
    }
    async with Engine.from_mapping(configuration) as sandbox:
        endpoint = sandbox.endpoint("tcp", "echo")
        trusting = sandbox.authority.client_context()
        _, writer = await asyncio.open_connection(
            endpoint.host, endpoint.port, ssl=trusting, server_hostname=address
        )
        writer.close()
        await writer.wait_closed()


@pytest.fixture
def shout(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs a distribution that brings a service."""
    point = EntryPoint("shout", "tests.shout", services.GROUP)

    def installed(group: str) -> Sequence[EntryPoint]:
        return [point] if group == services.GROUP else []

    monkeypatch.setattr(services, "entry_points", installed)
    services._packages.cache_clear()
    yield
    services._packages.cache_clear()


@pytest.mark.usefixtures("shout")
async def test_a_service_of_another_distribution() -> None:
    async with Engine.from_mapping({"services": {"shout": {"port": 0, "mark": "?"}}}) as sandbox:
        endpoint = sandbox.endpoint("shout")
        reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
        writer.write(b"hello\r\n")
        assert await reader.readline() == b"HELLO?\r\n"
        writer.close()
        await writer.wait_closed()
        assert await sandbox.wait_for(lambda entry: isinstance(entry.event, Fact))


@pytest.mark.usefixtures("shout")
def test_its_settings_are_checked_like_ours() -> None:
    with pytest.raises(SettingsError, match="unknown key, did you mean 'mark'"):
        Engine.from_mapping({"services": {"shout": {"marc": "?"}}})
