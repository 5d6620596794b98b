"""The methods of ``socket.socket`` that name an address, as class attributes of it.

The class stays the same object, so everybody who imported it earlier or derives from it has them too: ssl, asyncio,
multiprocessing and most libraries.
"""

from __future__ import annotations

import socket
from _socket import socket as raw_socket
from operator import index
from weakref import WeakKeyDictionary

from .hosts import LOOPBACK, family_of, normal_host
from .routes import MAPPED, PASSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim

    Address = tuple[Any, ...]

FAMILY = raw_socket.family.__get__  # type: ignore[attr-defined]
KIND = raw_socket.type.__get__  # type: ignore[attr-defined]
INTERNET = (int(socket.AF_INET), int(socket.AF_INET6))
TRANSPORTS = {int(socket.SOCK_STREAM): "tcp", int(socket.SOCK_DGRAM): "udp"}
DATAGRAM = int(socket.SOCK_DGRAM)


class Sockets:
    """What is known of each socket, and the methods that use it."""

    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        self.routes = shim.routes
        #: The real addresses that datagrams were sent to, and those that were meant.
        self.meant: WeakKeyDictionary[Any, dict[Address, Address]] = WeakKeyDictionary()
        self.peers: WeakKeyDictionary[Any, Address] = WeakKeyDictionary()
        self._sink: Address | None = None

    def install(self) -> None:
        """Set the methods; taken back by ``shim.patches``."""
        patches = self.shim.patches
        native = {}
        for name in ("connect", "connect_ex", "sendto", "sendmsg", "recvfrom", "recvfrom_into", "recvmsg"):
            if hasattr(socket.socket, name):
                native[name] = getattr(socket.socket, name)
                patches.set(socket.socket, name, getattr(self, "_" + name)(native[name]))
        if hasattr(socket.socket, "recvmsg_into"):
            patches.set(socket.socket, "recvmsg_into", self._recvmsg(socket.socket.recvmsg_into))
        patches.set(socket.socket, "getpeername", self._getpeername(socket.socket.getpeername))

    def aim(self, sock: Any, address: Any, connecting: bool) -> Any:
        """The address to hand to the system instead. Raises OSError where nothing is to answer."""
        if self.shim.idle() or FAMILY(sock) not in INTERNET:
            return address
        transport = TRANSPORTS.get(KIND(sock))
        asked = parsed(address)
        if transport is None or asked is None:
            return address  # the system says what is wrong with it, or the guard
        host, port = normal_host(asked[0]), asked[1]
        known = self.shim.resolver.known(host, FAMILY(sock))
        verdict, to_host, to_port = self.routes.find(transport, host, port)
        if verdict == PASSED:
            there = address
        elif verdict == MAPPED:
            there = reachable(sock, to_host, to_port)
        else:
            error = self.routes.refused(transport, host, port)
            if transport == "tcp":
                raise error
            there = reachable(sock, *self.sink())
        if transport == "udp" and verdict != PASSED:
            self._mean(sock, there, (known, port, *tuple(address[2:])), connecting)
        return there

    def _mean(self, sock: Any, there: Address, meant: Address, connecting: bool) -> None:
        if len(there) == 4:
            meant = ((*meant, 0, 0))[:4]
        self.meant.setdefault(sock, {})[there] = meant
        if connecting:
            self.peers[sock] = meant

    def sink(self) -> Address:
        """A loopback address that datagrams to nowhere are sent to; what connects there has an address of its own."""
        if self._sink is None:
            sock = raw_socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((LOOPBACK[0], 0))
            self._sink = sock.getsockname()
            self.shim.keep(sock)
        return self._sink

    def _connect(self, native: Any) -> Any:
        def connect(sock: Any, address: Any) -> Any:
            return native(sock, self.aim(sock, address, True))

        return connect

    def _connect_ex(self, native: Any) -> Any:
        def connect_ex(sock: Any, address: Any) -> Any:
            try:
                there = self.aim(sock, address, True)
            except ConnectionRefusedError as error:
                return error.errno
            return native(sock, there)

        return connect_ex

    def _sendto(self, native: Any) -> Any:
        def sendto(sock: Any, data: Any, *rest: Any) -> Any:
            if rest:
                rest = (*rest[:-1], self.aim(sock, rest[-1], False))
            return native(sock, data, *rest)

        return sendto

    def _sendmsg(self, native: Any) -> Any:
        def sendmsg(sock: Any, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None) -> Any:
            if address is not None:
                address = self.aim(sock, address, False)
                return native(sock, buffers, ancdata, flags, address)
            return native(sock, buffers, ancdata, flags)

        return sendmsg

    def _recvfrom(self, native: Any) -> Any:
        def recvfrom(sock: Any, *args: Any, **kwargs: Any) -> Any:
            found = native(sock, *args, **kwargs)
            meant = self.meant.get(sock) if self.meant else None
            return found if meant is None else (*found[:-1], meant.get(found[-1], found[-1]))

        return recvfrom

    _recvfrom_into = _recvmsg = _recvfrom

    def _getpeername(self, native: Any) -> Any:
        def getpeername(sock: Any) -> Any:
            found = native(sock)
            return self.peers.get(sock, found) if self.peers and KIND(sock) == DATAGRAM else found

        return getpeername


def parsed(address: Any) -> tuple[str, int] | None:
    """Host and port of an Internet address as programs write it; None if it is none."""
    try:
        host, port = address[0], index(address[1])
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("utf-8", "surrogateescape")
    except (TypeError, IndexError, KeyError):
        return None
    return (host, port) if isinstance(host, str) and isinstance(address, tuple) else None


def reachable(sock: Any, host: str, port: int) -> Address:
    """A real address as a socket of its family can use it."""
    if FAMILY(sock) == socket.AF_INET6:
        if family_of(host) == socket.AF_INET6:
            return (host, port, 0, 0)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        return ("::ffff:" + host, port, 0, 0)
    return (host, port)
