"""Data connections of FTP: raw sockets until the transfer starts, then a tap and, if wanted, TLS.

A stream that is already being read cannot be upgraded safely: the ClientHello may have arrived.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Collection

from sandbox.errors import ListenError
from sandbox.faults.effects import Effect
from sandbox.net.connection import Connection
from sandbox.net.handshake import TlsContext
from sandbox.net.sockets import bind, describe
from sandbox.net.tap import ProtocolFactory, Tap
from sandbox.net.tasks import Tasks
from sandbox.net.transport import TapTransport
from sandbox.settings.models import Binding, TlsMode


class DataListener:
    """Waits for data connections from the peer of the control connection; others are turned away.

    ``port`` is where it listens. Close it when the session needs it no more.
    """

    def __init__(self, control: Connection, host: str, ports: range, avoid: Collection[int] = ()) -> None:
        self._control = control
        self._socket = _bind_one_of(control, host, ports, avoid)
        self.port: int = self._socket.getsockname()[1]

    async def accept(self) -> socket.socket:
        """The next connection from the control connection's peer, raw; see :func:`attach`."""
        loop = asyncio.get_running_loop()
        while True:
            sock, address = await loop.sock_accept(self._socket)
            sock.setblocking(False)
            if address[0] == self._control.peer_host:
                return sock
            self._control.note("data.refused", peer=describe(address))
            sock.close()

    def close(self) -> None:
        """Stop listening. An ``accept`` that still waits must be cancelled first."""
        self._socket.close()


async def dial(control: Connection, host: str, port: int, source: str) -> socket.socket:
    """See :meth:`Network.dial_back`."""
    if host != control.peer_host:
        raise PermissionError(f"{host} is not the client of this session")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        sock.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(sock, (host, port))
    except BaseException:
        sock.close()
        raise
    return sock


async def attach(
    control: Connection,
    sock: socket.socket,
    factory: ProtocolFactory,
    *,
    tls: TlsContext | None,
    idle_timeout: float,
    tasks: Tasks,
    taps: set[Tap],
    purpose: str = "",
) -> TapTransport:
    """See :meth:`Network.attach_data`. The tap stands in ``taps`` as long as it lives."""
    try:
        connection = _data_connection(control, sock, purpose, tls="none" if tls is None else "implicit")
    except OSError:  # gone before it was looked at: such a socket has no peer
        sock.close()
        raise
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(data: Connection) -> asyncio.BaseProtocol:
        data.note("data.opened", control=control.number)
        if not ready.done():
            ready.set_result(None)
        return factory(data)

    def ended(_: Tap) -> None:
        taps.discard(tap)
        if not ready.done():
            ready.set_exception(ConnectionAbortedError("the data connection ended before the transfer"))

    tap = Tap(
        connection,
        begin,
        tasks=tasks,
        tls=tls or _none_needed,
        implicit_tls=tls is not None,
        idle_timeout=idle_timeout,
        # What a slow client has not read when we close is the end of its file, so it gets the same time for it.
        shutdown_timeout=idle_timeout or None,
        ended=ended,
    )
    taps.add(tap)
    try:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: tap, sock)
        await ready
    except BaseException:
        tap.abort("error")
        raise
    return tap.upper


def _data_connection(control: Connection, sock: socket.socket, purpose: str, *, tls: TlsMode) -> Connection:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    local, peer = sock.getsockname(), sock.getpeername()
    return Connection(
        number=control.journal.number_connection(),
        service=control.service,
        binding=Binding(name="data", transport="tcp", host=control.binding.host, port=local[1], tls=tls),
        local=describe(local),
        peer=describe(peer),
        peer_host=control.peer_host,
        journal=control.journal,
        faults=control.faults,
        user=control.user,
        opening="data",
        purpose=purpose,
    )


def _none_needed(_: Effect | None) -> ssl.SSLContext:
    raise AssertionError("this data connection is in plain text")


def _bind_one_of(control: Connection, host: str, ports: range, avoid: Collection[int]) -> socket.socket:
    error: ListenError | None = None
    for port in ports:
        try:
            binding = Binding(name="data", transport="tcp", host=host, port=port)
            (sock,) = bind(control.service, binding, avoid=avoid)
        except ListenError as failed:
            error = failed
        else:
            return sock
    raise error or ListenError(
        service=control.service, listener="data", address=host, reason="no port is allowed"
    )
