"""One bound address: accepts clients, counts them, puts a tap under each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from sandbox.faults import Faults
from sandbox.faults.engine import ActiveRule
from sandbox.journal import Journal
from sandbox.net.connection import Connection
from sandbox.net.handover import Handover
from sandbox.net.handshake import TlsContext
from sandbox.net.sockets import describe
from sandbox.net.tap import ProtocolFactory, Tap
from sandbox.net.tasks import Tasks
from sandbox.settings.models import Binding, Limits, host_and_port


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a listener really listens, once it does; ``port`` is never 0 for tcp and udp."""

    service: str
    listener: str
    transport: str
    host: str
    port: int
    tls: str
    path: str | None = None

    @property
    def address(self) -> str:
        """As people write it."""
        return host_and_port(self.host, self.port) if self.path is None else self.path

    def as_json(self) -> dict[str, object]:
        """The fields as JSON values; a Unix-domain socket has a path instead of host and port."""
        fields: dict[str, object] = {
            "service": self.service,
            "listener": self.listener,
            "transport": self.transport,
            "host": self.host,
            "port": self.port,
            "tls": self.tls,
        }
        return fields if self.path is None else fields | {"host": None, "port": None, "path": self.path}


class StreamListener:
    """A TCP or Unix-domain listener. ``busy`` is said to clients beyond the limit before they are closed."""

    def __init__(
        self,
        service: str,
        binding: Binding,
        limits: Limits,
        factory: ProtocolFactory,
        *,
        journal: Journal,
        tasks: Tasks,
        tls: TlsContext,
        faults: Faults,
        busy: bytes = b"",
    ) -> None:
        self._service = service
        self._binding = binding
        self._limits = limits
        self._factory = factory
        self._journal = journal
        self._tasks = tasks
        self._tls = tls
        self._faults = faults
        self._busy = busy
        self._taps: set[Tap] = set()
        self._closed = False

    def close(self) -> None:
        """Turn away clients that are still on their way; those that are open stay so."""
        self._closed = True

    def reopen(self) -> None:
        """Take clients again."""
        self._closed = False

    @property
    def taps(self) -> frozenset[Tap]:
        """The connections open now."""
        return frozenset(self._taps)

    def accept(self) -> asyncio.Protocol:
        """The protocol for a client that is about to be accepted."""
        return _Accepting(self)

    def adopt(self) -> asyncio.Protocol:
        """The protocol for a client that was accepted elsewhere."""
        return _Accepting(self, elsewhere=True)

    @property
    def refusal(self) -> ActiveRule | None:
        """The fault rule by which nobody may listen here."""
        return self._faults.refusal(self._service, self._binding.name)

    def take_over(self, tap: Tap, early: bytes) -> None:
        """Serve the client of another listener's tap from here on, under a new number. Raises ConnectionError."""
        transport, handover = tap.release()
        accepting = _Accepting(self, replace(handover, early=early + handover.early), elsewhere=True)
        transport.set_protocol(accepting)
        transport.resume_reading()  # what served it before may have paused
        accepting.connection_made(transport)

    def admit(
        self, transport: asyncio.Transport, handover: Handover | None = None, *, elsewhere: bool = False
    ) -> Tap | None:
        """The tap for an accepted client, or None if there are too many, or we are closing.

        Who was accepted ``elsewhere`` could not be refused, and is reset instead.
        """
        if self._closed:
            return None
        number = self._journal.number_connection()
        peer = transport.get_extra_info("peername")
        connection = Connection(
            number=number,
            service=self._service,
            binding=self._binding,
            local=describe(transport.get_extra_info("sockname")),
            peer=describe(peer),
            peer_host=peer[0] if isinstance(peer, tuple) else "",
            journal=self._journal,
            faults=self._faults,
        )
        if len(self._taps) >= self._limits.connections:
            connection.note("connection.refused", peer=connection.peer, limit=self._limits.connections)
            return None
        tap = Tap(
            connection,
            self._factory,
            tasks=self._tasks,
            tls=self._tls,
            implicit_tls=self._binding.tls == "implicit",
            idle_timeout=self._limits.idle_timeout,
            handover=handover,
            refusal=self.refusal if elsewhere else None,
            ended=self._taps.discard,
        )
        self._taps.add(tap)
        return tap

    def refuse(self, transport: asyncio.Transport) -> None:
        """Say that there are too many connections, where that can be said in plain text."""
        if self._busy and self._binding.tls != "implicit" and not self._closed:
            transport.write(self._busy)
        transport.close()


class _Accepting(asyncio.Protocol):
    """Stands in for the tap until the peer's address is known."""

    def __init__(
        self, listener: StreamListener, handover: Handover | None = None, *, elsewhere: bool = False
    ) -> None:
        self._listener = listener
        self._handover = handover
        self._elsewhere = elsewhere

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        tap = self._listener.admit(transport, self._handover, elsewhere=self._elsewhere)
        if tap is None:
            self._listener.refuse(transport)
        else:
            transport.set_protocol(tap)
            tap.connection_made(transport)
