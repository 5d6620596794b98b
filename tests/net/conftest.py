"""A network of its own for each test, on the test's event loop; clients run on the same loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.journal import Closed, Crashed, Entry, Fact, Journal
from sandbox.net.authority import Authority
from sandbox.net.connection import Connection
from sandbox.net.listener import Endpoint
from sandbox.net.network import Network
from sandbox.sansio import Core
from sandbox.settings.models import Binding, Limits

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Net:
    """A network, and what tests ask of it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.journal = network.journal
        self._writers: list[asyncio.StreamWriter] = []

    async def listen(
        self,
        make_core: Callable[[Connection], Core],
        limits: Limits | None = None,
        busy: bytes = b"",
        **binding: Any,
    ) -> Endpoint:
        """A listener named ``main`` of a service named ``toy``, on a free loopback port unless told otherwise."""
        return await self.network.listen_core(
            "toy", bind_to(**binding), limits or Limits(), make_core, busy=busy
        )

    async def connect(self, endpoint: Endpoint, **options: Any) -> Streams:
        """A client; closed when the test ends."""
        if endpoint.path is not None:
            reader, writer = await asyncio.open_unix_connection(endpoint.path, **options)
        else:
            reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port, **options)
        self._writers.append(writer)
        return reader, writer

    async def until(self, matches: Callable[[Any], bool]) -> Any:
        """The first event, past or to come, that matches."""
        for entry in self.journal:
            if matches(entry.event):
                return entry.event
        found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def look(entry: Entry) -> None:
            if not found.done() and matches(entry.event):
                found.set_result(entry.event)

        unwatch = self.journal.watch(look)
        try:
            async with asyncio.timeout(5):
                return await found
        finally:
            unwatch()

    async def closed(self, number: int = 1) -> Closed:
        """The end of a connection."""
        event = await self.until(lambda event: isinstance(event, Closed) and event.connection == number)
        assert isinstance(event, Closed)
        return event

    def ends(self) -> list[Closed]:
        """The ends of all connections so far."""
        return [entry.event for entry in self.journal if isinstance(entry.event, Closed)]

    def facts(self, name: str) -> list[Fact]:
        return [
            entry.event
            for entry in self.journal
            if isinstance(entry.event, Fact) and entry.event.name == name
        ]

    def crashes(self) -> list[str]:
        return [entry.event.traceback for entry in self.journal if isinstance(entry.event, Crashed)]

    async def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def bind_to(**binding: Any) -> Binding:
    """A binding on a free loopback port, with what is given in its place."""
    return Binding(**{"name": "main", "transport": "tcp", "host": "127.0.0.1", "port": 0} | binding)


@pytest.fixture
async def net(state_directory: Path) -> AsyncIterator[Net]:
    """At the end no task may be left, beside the test's own."""
    before = asyncio.all_tasks()
    made = Net(Network(Journal(), Authority(state_directory)))
    yield made
    await made.hang_up()
    await made.network.close()
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, left
