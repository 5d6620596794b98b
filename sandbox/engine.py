"""The Engine: builds the world, starts the services in order and stops them in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox import services
from sandbox.addressing import Names, Routes
from sandbox.clock import Clock
from sandbox.dice import Dice
from sandbox.faults import Faults, FaultsSection
from sandbox.faults.recall import KeptRules
from sandbox.journal import Entry, Journal
from sandbox.net.authority import Authority
from sandbox.net.listener import Endpoint
from sandbox.net.network import Network
from sandbox.service import AbstractService, Context
from sandbox.settings import (
    Configuration,
    GlobalSettings,
    HostSettings,
    Registry,
    load_file,
    load_mapping,
    routes_of,
)
from sandbox.settings.paths import state_directory
from sandbox.settings.routes import Route
from sandbox.stores.accounts import Account, Accounts
from sandbox.stores.files import FileTree, open_tree
from sandbox.stores.mail import MailStore
from sandbox.stores.recall import Kept, Recall, Snapshot
from sandbox.stubs import Stubs, StubsSection

REGISTRY = Registry(services.names, services.settings_class, {"faults": FaultsSection, "stubs": StubsSection})


class Engine:
    """All services of one configuration, on the running event loop.

    Use it as ``async with Engine(configuration) as sandbox``. Entering raises ListenError when an address cannot be
    had; nothing stays open then. With ``free_ports`` every listener takes any free port, and the configured ones are
    only where clients that are redirected expect it.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        clock: Callable[[], float] | None = None,
        free_ports: bool = False,
    ) -> None:
        general = configuration.general
        if clock is None:
            clock = time.time if general.clock is None else clock_of(general)
        self.configuration = configuration
        self.journal = Journal(
            max_events=general.journal.max_events, max_bytes=general.journal.max_bytes, clock=clock
        )
        rows = routes_of(general.routes, configuration.services)
        names = dict.fromkeys((*general.tls.names, *_addresses(general.hosts, rows)))
        self.authority = Authority(state_directory(general), tuple(names))
        self.accounts = accounts_of(configuration)
        self.mail = MailStore(clock=clock, samples=general.mail.samples, hostname=general.hostname)
        self.files: FileTree = open_tree(
            general.files.directory,
            clock=clock,
            samples=general.files.samples,
            max_bytes=general.files.max_bytes,
        )
        self.routes = Routes(Names(general.hosts, general.hostname), rows, lambda: _wanted(configuration))
        reserved = {row.port for row in rows} if free_ports else ()
        self.faults = Faults(clock=clock, seed=general.seed)
        self.dice = Dice(general.seed)
        self.faults.replace(configuration.sections.get("faults", ()))
        self.stubs = Stubs()
        self.stubs.replace(stub.stub() for stub in configuration.sections.get("stubs", ()))
        self.network = Network(
            self.journal, self.authority, free_ports=free_ports, reserved=reserved, faults=self.faults
        )
        self.recall = Recall()
        kept: tuple[object, ...] = (clock, self.dice, self.journal, self.accounts, self.mail, self.files)
        self.recall.keep(
            *(each for each in kept if isinstance(each, Kept)), KeptRules(self.faults), self.stubs
        )
        self._context = Context(
            journal=self.journal,
            network=self.network,
            accounts=self.accounts,
            mail=self.mail,
            files=self.files,
            routes=self.routes,
            hostname=general.hostname,
            clock=clock,
            stubs=self.stubs,
            dice=self.dice,
            recall=self.recall,
            restore=self.restore,
            configuration=configuration,
        )
        self._services: list[AbstractService[Any]] = []

    @classmethod
    def from_file(
        cls, path: Path, *, overrides: Sequence[str] = (), only: Sequence[str] | None = None
    ) -> Engine:
        """The sandbox a TOML file describes. Raises SettingsError with every mistake."""
        return cls(load_file(path, REGISTRY, overrides=overrides, only=only))

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], *, base: Path | None = None) -> Engine:
        """The sandbox a mapping of the same shape describes. Raises SettingsError with every mistake."""
        return cls(load_mapping(data, REGISTRY, base=base))

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """Where the services listen; empty until they do."""
        return tuple(self.network.endpoints)

    def endpoint(self, service: str, listener: str = "main") -> Endpoint:
        """Where one listener listens. Raises LookupError if there is none of that name."""
        for endpoint in self.network.endpoints:
            if (endpoint.service, endpoint.listener) == (service, listener):
                return endpoint
        raise LookupError(f"{service} has no listener {listener!r}")

    async def start(self) -> None:
        """Open every service; all listeners accept when this returns."""
        try:
            for name, settings in self.configuration.services.items():
                service = services.service_class(name)(settings, self._context)
                self._services.append(service)
                await service.open()
        except BaseException:
            await self.stop()
            raise

    async def warm(self) -> None:
        """Load what the first clients would otherwise wait for; who comes meanwhile is served in between."""
        for service in tuple(self._services):
            service.warm()
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Close everything, in reverse order; may be called twice."""
        for service in reversed(self._services):
            await service.close()
        self._services.clear()
        await self.network.close()

    def snapshot(self) -> Snapshot:
        """How everything is: mail, files in memory, accounts, faults, clock, dice, timeline, what services remember."""
        return self.recall.snapshot()

    async def restore(self, snapshot: Snapshot | None = None) -> None:
        """Let everything be as it was, at the beginning if there is no snapshot; all clients are disconnected.

        The listeners stay open. What is in a real directory stays.
        """
        await self.network.disconnect(lambda: self.recall.restore(snapshot))

    async def wait_for(self, matches: Callable[[Entry], bool], *, timeout: float = 5.0) -> Entry:  # noqa: ASYNC109
        """The first entry of the journal, past or to come, that matches. Raises TimeoutError after ``timeout`` s."""
        for entry in self.journal:
            if matches(entry):
                return entry
        found: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()

        def look(entry: Entry) -> None:
            if not found.done() and matches(entry):
                found.set_result(entry)

        unwatch = self.journal.watch(look)
        try:
            async with asyncio.timeout(timeout):
                return await found
        finally:
            unwatch()

    async def __aenter__(self) -> Engine:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def clock_of(general: GlobalSettings) -> Clock:
    """The clock of the configuration: the time of the day if it says nothing of one."""
    if general.clock is None or isinstance(general.clock, datetime):
        return Clock(general.clock)
    return Clock(general.clock.at, ticking=general.clock.ticking)


def _addresses(hosts: Mapping[str, HostSettings], rows: Iterable[Route]) -> Iterator[str]:
    """Addresses that clients may name themselves, and then without SNI: one certificate is for all of them."""
    for host in hosts.values():
        yield from host.addresses
    for row in rows:
        with contextlib.suppress(ValueError):
            yield str(ipaddress.ip_address(row.host))


def _wanted(configuration: Configuration) -> dict[int, str]:
    """The well-known ports of the services that are not configured."""
    missing = [name for name in services.names() if name not in configuration.services]
    return {port: name for name in missing for port in services.settings_class(name).well_known}


def accounts_of(configuration: Configuration) -> Accounts:
    """The accounts that a configuration lists."""
    settings = configuration.general.accounts
    return Accounts(
        (Account(name, user.password, user.addresses) for name, user in settings.users.items()),
        accept_any=settings.mode == "any",
        refused_passwords=settings.refused_passwords,
    )
