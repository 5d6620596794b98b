"""The gate: sockets that accept what was sent to any address, and hand it to the listener its route names."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from sandbox.addressing import Routes
from sandbox.engine import Engine
from sandbox.redirection.isolation import nftables
from sandbox.redirection.isolation.decisions import Decisions
from sandbox.redirection.isolation.namespaces import NAMESERVER, IsolationError, has_ipv6
from sandbox.redirection.isolation.nftables import Diversion
from sandbox.redirection.isolation.refusals import Refusals
from sandbox.redirection.isolation.replies import Reply
from sandbox.settings.routes import ANY, LOCALHOST

_BACKLOG = 1024
_LARGEST = 65536  # octets of a datagram
_PAUSE = 1.0  # seconds until clients are accepted again that had to wait
_TRIES = 20  # for a port that is free for IPv4 and IPv6 alike
_DNS_PORT = 53

# Linux' names for these are not in Python's socket module: linux/in.h, linux/in6.h.
_IP_TRANSPARENT, _IP_RECVORIGDSTADDR = 19, 20
_IPV6_TRANSPARENT, _IPV6_RECVORIGDSTADDR = 75, 74
_IPV4_ADDRESS = struct.Struct("!2xH4s8x")  # struct sockaddr_in
_IPV6_ADDRESS = struct.Struct("!2xH4x16s4x")  # struct sockaddr_in6


class Gate:
    """Leads the network of this namespace to a sandbox that runs in it; see :func:`enter`.

    Start and stop it on the sandbox' own loop.
    """

    def __init__(self, sandbox: Engine, decisions: Decisions | None = None) -> None:
        self._routes = sandbox.routes
        self._network = sandbox.network
        self._authority = sandbox.authority
        self._expected: set[str] = set()
        self._decisions = decisions or Decisions(sandbox)
        self._sockets: list[socket.socket] = []
        self._refusals = Refusals(self._decisions.refused, self._decisions.serves)

    async def start(self) -> None:
        """Open the gate: from now on the routes lead here. Raises IsolationError."""
        loop = asyncio.get_running_loop()
        try:
            self._sockets += (tcp := open_gate(socket.SOCK_STREAM))
            self._sockets += (udp := open_gate(socket.SOCK_DGRAM))
            for sock in tcp:
                self._await_clients(sock)
            for sock in udp:
                loop.add_reader(sock, self._receive, sock)
            ports = {"tcp": tcp[0].getsockname()[1], "udp": udp[0].getsockname()[1]}
            resolver = [Diversion(each, _DNS_PORT, nftables.only(ip_address(NAMESERVER))) for each in ports]
            nftables.load(nftables.ruleset(diversions(self._routes), ports, firm=resolver))
            self._refusals.start()
            self._decisions.start()
        except OSError as error:
            await self.stop()
            raise IsolationError(f"leading connections to the sandbox: {error.strerror or error}") from error

    async def stop(self) -> None:
        """Close the gate; connections that came through it live on. May be called twice."""
        self._refusals.stop()
        self._decisions.stop()
        for sock in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()
        self._sockets.clear()

    def _await_clients(self, gate: socket.socket) -> None:
        if gate in self._sockets:
            asyncio.get_running_loop().add_reader(gate, self._accept, gate)

    def _accept(self, gate: socket.socket) -> None:
        for _ in range(_BACKLOG):
            try:
                sock, _peer = gate.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError:  # too many files are open
                loop = asyncio.get_running_loop()
                loop.remove_reader(gate)
                loop.call_later(_PAUSE, self._await_clients, gate)
                return
            sock.setblocking(False)
            host, port, *_rest = sock.getsockname()
            self._network.tasks.spawn(self._serve(sock, host, port), f"gate {host}:{port}")

    async def _serve(self, sock: socket.socket, host: str, port: int) -> None:
        target = self._routes.find("tcp", host, port)
        if target is None:
            # Only where other hosts have a route at this port: the kernel could not tell them apart.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
            self._decisions.refused("tcp", host, port)
            return
        self._decisions.mapped("tcp", host, port, target)
        self._expect(host)
        try:
            await self._network.adopt(target.service, target.listener, sock)
        except LookupError:  # the sandbox stops
            sock.close()

    def _expect(self, host: str) -> None:
        """Have a certificate for an address, once for each: clients send no name with it that would tell."""
        if host not in self._expected and self._routes.names.name_of(host) is None:
            self._expected.add(host)
            with contextlib.suppress(OSError):  # who verifies will tell
                self._authority.expect(host.partition("%")[0])

    def _receive(self, gate: socket.socket) -> None:
        for _ in range(_BACKLOG):
            try:
                data, ancillary, _, peer = gate.recvmsg(_LARGEST, 256)
            except OSError:
                return
            for host, port in _destinations(ancillary):
                self._answer(data, peer[:2], host, port)

    def _answer(self, data: bytes, peer: tuple[str, int], host: str, port: int) -> None:
        target = self._routes.find("udp", host, port)
        if target is None:
            self._decisions.refused("udp", host, port)
            return
        self._decisions.mapped("udp", host, port, target)
        with contextlib.suppress(LookupError):
            self._network.adopt_datagram(target.service, target.listener, data, peer, Reply(host, port))


def diversions(routes: Routes) -> list[Diversion]:
    """The ports that lead to the gate, for all hosts or for those that have a route there, each once.

    A pattern stands for names nobody knows yet, so all hosts' connections to its port come to the gate.
    """
    wanted = {
        Diversion(row.transport, row.port, network)
        for row in routes.rows
        for network in _networks(routes, row.host)
    }
    everywhere = {(each.transport, each.port) for each in wanted if each.network is None}
    needed = (
        each for each in wanted if each.network is None or (each.transport, each.port) not in everywhere
    )
    return sorted(needed, key=lambda each: (each.transport, each.port, str(each.network)))


def _networks(routes: Routes, host: str) -> list[Any]:
    if host.startswith(ANY):
        return [None]
    if host == LOCALHOST:
        return list(nftables.LOOPBACK)
    return [nftables.only(ip_address(address)) for address in routes.names.addresses(host) or ()]


def open_gate(kind: socket.SocketKind) -> list[socket.socket]:
    """Sockets for both protocols with one port, which take what was sent to other addresses. Raises OSError."""
    for _ in range(_TRIES):
        sockets = [_open(socket.AF_INET, kind, "127.0.0.1", 0)]
        if not has_ipv6():
            return sockets
        try:
            return [*sockets, _open(socket.AF_INET6, kind, "::1", sockets[0].getsockname()[1])]
        except OSError as error:
            sockets[0].close()
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free")


def _open(family: socket.AddressFamily, kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    level, transparent, told = (
        (socket.IPPROTO_IP, _IP_TRANSPARENT, _IP_RECVORIGDSTADDR)
        if family == socket.AF_INET
        else (socket.IPPROTO_IPV6, _IPV6_TRANSPARENT, _IPV6_RECVORIGDSTADDR)
    )
    sock = socket.socket(family, kind)
    try:
        sock.setblocking(False)
        sock.setsockopt(level, transparent, 1)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(level, told, 1)
        else:  # what is accepted inherits it, and leaves the port to servers of the program that set it too
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        if kind == socket.SOCK_STREAM:
            sock.listen(_BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _destinations(ancillary: list[tuple[int, int, bytes]]) -> Iterator[tuple[str, int]]:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_RECVORIGDSTADDR):
            port, address = _IPV4_ADDRESS.unpack(data)
            yield socket.inet_ntop(socket.AF_INET, address), port
        elif (level, kind) == (socket.IPPROTO_IPV6, _IPV6_RECVORIGDSTADDR):
            port, address = _IPV6_ADDRESS.unpack(data)
            yield socket.inet_ntop(socket.AF_INET6, address), port
