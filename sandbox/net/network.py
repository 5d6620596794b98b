"""The door: every listener of every service is opened here, and closed here."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from sandbox.faults import Faults
from sandbox.faults.effects import Effect
from sandbox.journal import Crashed, Entry, Journal, ListenerOpened
from sandbox.net.authority import Authority
from sandbox.net.connection import Connection
from sandbox.net.data import DataListener, attach, dial
from sandbox.net.datagrams import Answer, Answering, DatagramListener
from sandbox.net.door import Door
from sandbox.net.doors import Doors, steps
from sandbox.net.driver import Driver
from sandbox.net.listener import Endpoint, StreamListener
from sandbox.net.sockets import bind, bind_both
from sandbox.net.tap import ProtocolFactory, Tap
from sandbox.net.tasks import Tasks
from sandbox.net.transport import TapTransport
from sandbox.sansio import Core
from sandbox.settings.models import Binding, Limits

GRACE = 0.1  # seconds that open connections have to send their last bytes when the network closes


class Network:
    """Opens listeners and keeps account of them. ``endpoints`` tells where they really listen.

    With ``free_ports`` a binding's port is not taken but any free one, beside those that are ``reserved``.
    """

    def __init__(
        self,
        journal: Journal,
        authority: Authority,
        *,
        free_ports: bool = False,
        reserved: Collection[int] = (),
        faults: Faults | None = None,
    ) -> None:
        self.journal = journal
        self.authority = authority
        self.faults = faults if faults is not None else Faults()
        self.endpoints: list[Endpoint] = []
        self.tasks = Tasks(self._crashed)
        self._free_ports = free_ports
        self._reserved = frozenset(reserved)
        self._checks: dict[Endpoint, Callable[[], bool]] = {}
        self._doors = Doors(journal)
        self.faults.watch(self._doors.settle)
        self._datagrams: list[asyncio.DatagramTransport] = []
        self._datagram_listeners: dict[tuple[str, str], DatagramListener] = {}
        self._all_datagrams: list[DatagramListener] = []
        self._data: set[Tap] = set()

    @cached_property
    def tls_context(self) -> ssl.SSLContext:
        """The server context for listeners and STARTTLS."""
        return self.authority.context()

    @cached_property
    def data_tls_context(self) -> ssl.SSLContext:
        """The server context for FTP data connections, without session tickets."""
        return self.authority.context(tickets=False)

    async def listen(
        self,
        service: str,
        binding: Binding,
        limits: Limits,
        factory: ProtocolFactory,
        *,
        busy: bytes = b"",
        aside: bool = False,
    ) -> Endpoint:
        """Open a stream listener; ``factory`` makes the protocol of each client, under a tap.

        ``busy`` is sent, in plain text, to clients beyond ``limits.connections``. With ``aside`` its clients are no part
        of the story: they stand on no timeline, and no rule makes anything go wrong with them. Raises ListenError.
        """
        sockets = self._bind(service, binding)
        return await self._serve(service, binding, limits, factory, busy, sockets, aside=aside)

    async def listen_core(
        self,
        service: str,
        binding: Binding,
        limits: Limits,
        make_core: Callable[[Connection], Core],
        *,
        busy: bytes = b"",
    ) -> Endpoint:
        """Open a stream listener whose clients are served by a core each. Raises ListenError."""
        return await self.listen(service, binding, limits, self._driven(make_core), busy=busy)

    async def listen_datagrams(
        self, service: str, binding: Binding, limits: Limits, answer: Answer
    ) -> Endpoint:
        """Open a UDP listener. Raises ListenError."""
        return await self._serve_datagrams(service, binding, limits, answer, self._bind(service, binding))

    async def listen_both(
        self,
        service: str,
        binding: Binding,
        limits: Limits,
        make_core: Callable[[Connection], Core],
        answer: Answer,
        *,
        busy: bytes = b"",
    ) -> None:
        """Open a stream listener with cores and a UDP listener of the same name and port. Raises ListenError."""
        streams, datagrams = bind_both(service, self._wherever(binding), avoid=self._reserved)
        factory = self._driven(make_core)
        await self._serve(service, binding, limits, factory, busy, streams)
        binding = binding.model_copy(update={"transport": "udp"})
        await self._serve_datagrams(service, binding, limits, answer, datagrams)

    def listen_data(self, control: Connection, host: str, ports: range) -> DataListener:
        """Open a listener for one data connection of an FTP session, on a free port of ``ports`` (0 for any).

        Raises ListenError.
        """
        return DataListener(control, host, ports, self._reserved)

    async def dial_back(self, control: Connection, host: str, port: int, source: str) -> socket.socket:
        """Connect to the client of ``control`` itself, for FTP's active mode; never to anybody else.

        ``source`` is the local address to connect from. Raises OSError, PermissionError for another host.
        """
        return await dial(control, host, port, source)

    async def attach_data(
        self,
        control: Connection,
        sock: socket.socket,
        factory: ProtocolFactory,
        *,
        tls: bool,
        idle_timeout: float,
        purpose: str = "",
    ) -> TapTransport:
        """Put a tap, and TLS if wanted, on a raw data socket; ``factory`` makes the protocol above it.

        The data connection gets a number of its own, its ``data.opened`` fact names the control connection; its fault
        point is ``data``, with ``purpose``, the command, as argument. Raises
        OSError when the connection or its handshake fails; the socket is closed then.
        """
        return await attach(
            control,
            sock,
            factory,
            tls=self._data_tls if tls else None,
            idle_timeout=idle_timeout,
            tasks=self.tasks,
            taps=self._data,
            purpose=purpose,
        )

    async def adopt(self, service: str, listener: str, sock: socket.socket) -> None:
        """Serve a connection that was accepted elsewhere as if the listener had accepted it.

        Raises LookupError if there is no such listener.
        """
        adopt = self._doors.listener(service, listener).adopt
        await asyncio.get_running_loop().connect_accepted_socket(adopt, sock)

    def hand_over(self, transport: TapTransport, service: str, listener: str, early: bytes = b"") -> None:
        """Let another listener serve the client of ``transport`` from here on, as if it had accepted it just now.

        Its limits, its idle time-out and its TLS hold then, and the connection gets a new number. ``early`` is what the
        client sent already. As after ``set_protocol``, the protocol that was above the transport hears nothing more; it
        must have been told of a ``resume_writing`` that it waited for. Raises LookupError if there is no such listener,
        ConnectionError if the client is gone.
        """
        self._doors.listener(service, listener).take_over(transport.tap, early)

    def has_listener(self, service: str, listener: str) -> bool:
        """Whether there is a stream listener of that name."""
        return (service, listener) in self._doors

    def adopt_datagram(
        self, service: str, listener: str, data: bytes, peer: tuple[str, int], sock: Answering
    ) -> None:
        """Answer a datagram that came elsewhere by way of ``sock``, as if the listener had received it.

        Raises LookupError if there is no such listener.
        """
        self._datagram_listeners[service, listener].receive(data, peer, sock)

    def connections(self) -> list[Connection]:
        """Those that are open now, also of clients that stand aside."""
        return [tap.connection for tap in self._taps()]

    def accepting(self) -> list[tuple[Endpoint, bool]]:
        """Each endpoint, and whether it takes clients now."""
        return [(endpoint, self._checks[endpoint]()) for endpoint in self.endpoints]

    async def disconnect(self, then: Callable[[], None]) -> None:
        """Drop all clients, those who wait to be accepted included, and go on listening; those aside stay.

        Nothing of what they did or still do is seen afterwards. ``then`` is called at the moment when nobody is
        connected.
        """
        self._doors.close_to_newcomers()
        await steps()
        nobody = Journal(max_events=1)
        # The control connections first: they end what waits for the data connections.
        for tap in self._doors.taps(aside=False):
            tap.detach(nobody)
        for tap in tuple(self._data):
            tap.detach(nobody)
        for datagrams in self._all_datagrams:
            datagrams.forget()
        then()
        self._doors.settle(telling=False)  # nothing has happened yet
        self._doors.welcome()

    async def close(self) -> None:
        """Close all listeners and connections, first gently, and wait until nothing is left."""
        await self._doors.close()
        for transport in self._datagrams:
            transport.close()
        for tap in self._taps():
            tap.finish("stopped")
        await self._wait_for_taps(GRACE)
        for tap in self._taps():
            tap.abort("stopped")
        await self.tasks.cancel()
        await self._wait_for_taps(GRACE)
        for endpoint in self.endpoints:
            if endpoint.path is not None:
                Path(endpoint.path).unlink(missing_ok=True)  # noqa: ASYNC240 — one quick call at the end
        self._checks.clear()
        self._doors.clear()
        self._all_datagrams.clear()
        self._datagrams.clear()
        self._datagram_listeners.clear()
        self.endpoints.clear()

    async def _wait_for_taps(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        await asyncio.sleep(0)
        while self._taps() and loop.time() < end:  # noqa: ASYNC110 — many taps, no single event
            await asyncio.sleep(0.005)

    async def _serve(
        self,
        service: str,
        binding: Binding,
        limits: Limits,
        factory: ProtocolFactory,
        busy: bytes,
        sockets: list[socket.socket],
        aside: bool = False,
    ) -> Endpoint:
        listener = StreamListener(
            service,
            binding,
            limits,
            factory,
            journal=self._aside() if aside else self.journal,
            tasks=self.tasks,
            tls=self._tls,
            faults=Faults() if aside else self.faults,
            busy=busy,
        )
        door = Door(listener, sockets, self.tasks, aside=aside)
        await door.open()
        endpoint = self._opened(service, binding, sockets[0])
        self._checks[endpoint] = lambda: door.is_accepting
        self._doors.add(door, endpoint)
        return endpoint

    async def _serve_datagrams(
        self, service: str, binding: Binding, limits: Limits, answer: Answer, sockets: list[socket.socket]
    ) -> Endpoint:
        loop = asyncio.get_running_loop()
        transports: list[asyncio.DatagramTransport] = []
        for sock in sockets:
            listener = DatagramListener(sock, service, binding, limits, answer, self.journal, self.faults)
            transport, _ = await loop.create_datagram_endpoint(lambda made=listener: made, sock=sock)  # type: ignore[misc]
            transports.append(transport)
            self._all_datagrams.append(listener)
            self._datagrams.append(transport)
            self._datagram_listeners.setdefault((service, binding.name), listener)
        endpoint = self._opened(service, binding, sockets[0])
        self._checks[endpoint] = lambda: not any(transport.is_closing() for transport in transports)
        return endpoint

    def _aside(self) -> Journal:
        """A timeline that nobody reads; only failures of our own go on to the one that is read."""
        aside = Journal(max_events=1)

        def look(entry: Entry) -> None:
            if isinstance(entry.event, Crashed):
                self.journal.append(replace(entry.event, connection=0))

        aside.watch(look)
        return aside

    def _tls(self, fault: Effect | None) -> ssl.SSLContext:
        return self.tls_context if fault is None else self.authority.context(fault=fault)

    def _data_tls(self, fault: Effect | None) -> ssl.SSLContext:
        return self.data_tls_context if fault is None else self.authority.context(tickets=False, fault=fault)

    def _driven(self, make_core: Callable[[Connection], Core]) -> ProtocolFactory:
        return lambda connection: Driver(make_core(connection), connection, self.tasks)

    def _bind(self, service: str, binding: Binding) -> list[socket.socket]:
        return bind(service, self._wherever(binding), avoid=self._reserved)

    def _wherever(self, binding: Binding) -> Binding:
        return binding.model_copy(update={"port": 0}) if self._free_ports else binding

    def _crashed(self, traceback: str) -> None:
        self.journal.append(Crashed(0, "net", traceback))

    def _taps(self) -> list[Tap]:
        return [*self._data, *self._doors.taps()]

    def _opened(self, service: str, binding: Binding, sock: socket.socket) -> Endpoint:
        name = sock.getsockname()
        host, port = (name[0], name[1]) if isinstance(name, tuple) else ("", 0)
        endpoint = Endpoint(
            service=service,
            listener=binding.name,
            transport=binding.transport,
            host=host,
            port=port,
            tls=binding.tls,
            path=str(binding.path) if binding.path is not None else None,
        )
        self.endpoints.append(endpoint)
        self.journal.append(ListenerOpened(service, binding.name, binding.transport, endpoint.address))
        return endpoint
