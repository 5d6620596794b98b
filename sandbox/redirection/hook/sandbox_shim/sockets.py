"""The methods of ``socket.socket`` that name a peer, as class attributes of it.

The class stays the same object, so everybody who imported it earlier or derives from it has them too: ssl, asyncio,
multiprocessing and most libraries.
"""

from __future__ import annotations

import errno
import os
import socket
from weakref import WeakKeyDictionary

from .addresses import DATAGRAM, KIND, TRANSPORTS, family_of_socket, parsed, reachable
from .groups import MEMBERSHIPS, joined_here, multicast, send_here
from .hosts import LOCALHOST, LOOPBACK
from .routes import MAPPED, PASSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim
    from .addresses import Address

BROADCAST = "255.255.255.255"
ADDRESSED = ("connect", "connect_ex", "sendto", "sendmsg")
RECEIVING = ("recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")


class Sockets:
    """Aims what is sent at the sandbox, and lets what is received come from where it was meant to go."""

    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        self.routes = shim.routes
        #: For each socket the real addresses that datagrams were sent to, and those that were meant.
        self.meant: WeakKeyDictionary[Any, dict[Address, Address]] = WeakKeyDictionary()
        self.peers: WeakKeyDictionary[Any, Address] = WeakKeyDictionary()
        #: Connected sockets that lead nowhere, and what to tell of them.
        self.nowhere: WeakKeyDictionary[Any, tuple[str, str, int]] = WeakKeyDictionary()
        self._sink: Address | None = None

    def install(self) -> None:
        """Set the methods; taken back by ``shim.patches``."""
        for name in (*ADDRESSED, *RECEIVING, "getpeername", "setsockopt", "dup"):
            native = getattr(socket.socket, name, None)  # Windows has no messages
            if native is not None:
                make = self._receiving if name in RECEIVING else getattr(self, "_" + name)
                self.shim.patches.set(socket.socket, name, make(native))

    def aim(self, sock: Any, address: Any, connecting: bool = False) -> Any:
        """The address to hand to the system instead. Raises OSError where nothing is to answer."""
        asked = None if self.shim.idle() else parsed(sock, address)
        if asked is None:
            return address  # not ours, or the system says what is wrong with it
        host, port = self.routes.names.normal(asked[0]), asked[1]
        transport = TRANSPORTS[KIND(sock)]
        if host == BROADCAST and not sock.getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST):
            raise PermissionError(
                errno.EACCES, os.strerror(errno.EACCES)
            )  # as the system would: sending elsewhere instead hides it
        verdict, to_host, to_port = self.routes.find(transport, host, port)
        if verdict == PASSED:
            if transport == "udp" and host == LOCALHOST:
                self.routes.unheard(port)
            return address
        meant = self.shim.resolver.address(host, family_of_socket(sock))
        if verdict == MAPPED:
            there = reachable(sock, to_host, to_port)
        elif transport == "tcp":
            raise self.routes.refused(transport, host, port)
        elif multicast(host):
            return send_here(sock, address)
        else:
            there = self._lead_nowhere(sock, host, port, connecting)
        if transport == "udp":
            self._mean(sock, there, (meant, port, *address[2:]), connecting)
        return there

    def _mean(self, sock: Any, there: Address, meant: Address, connecting: bool) -> None:
        meant = (*meant, 0, 0)[: len(there)]
        self.meant.setdefault(sock, {})[there] = meant
        if connecting:
            self.peers[sock] = meant

    def _lead_nowhere(self, sock: Any, host: str, port: int, connecting: bool) -> Address:
        """Datagrams to nowhere are lost, as they are in the real world; who only connects wants to see its address."""
        if connecting:
            self.nowhere[sock] = "udp", host, port
            self._watch_send()
        else:
            self.routes.refused("udp", host, port)
        if self._sink is None:
            self._sink = self.shim.keep(LOOPBACK[0])
        return reachable(sock, *self._sink)

    def _watch_send(self) -> None:
        native = socket.socket.send
        if getattr(native, "__name__", "") == "send_or_tell":
            return

        def send_or_tell(sock: Any, *args: Any) -> int:
            if sock in self.nowhere and not self.shim.idle():
                self.routes.refused(*self.nowhere[sock])
            return native(sock, *args)

        self.shim.patches.set(socket.socket, "send", send_or_tell)

    def _connect(self, native: Any) -> Any:
        def connect(sock: Any, address: Any) -> None:
            there = self.aim(sock, address, True)
            try:
                native(sock, there)
            except ConnectionRefusedError:
                if there is address:
                    self._missing(sock, address)
                raise
            finally:
                self.shim.servers.connected(sock)

        return connect

    def _missing(self, sock: Any, address: Any) -> None:
        """A port of this machine is nobody's; of other hosts the program has told enough."""
        asked = None if self.shim.idle() else parsed(sock, address)
        if asked is not None and self.routes.names.normal(asked[0]) == LOCALHOST:
            self.routes.missing(TRANSPORTS[KIND(sock)], LOCALHOST, asked[1])

    def _connect_ex(self, native: Any) -> Any:
        def connect_ex(sock: Any, address: Any) -> int:
            try:
                there = self.aim(sock, address, True)
            except ConnectionRefusedError as error:
                return error.errno or 0
            try:
                return native(sock, there)  # type: ignore[no-any-return]
            finally:
                self.shim.servers.connected(sock)

        return connect_ex

    def _sendto(self, native: Any) -> Any:
        def sendto(sock: Any, data: Any, *rest: Any) -> int:
            if rest:
                rest = (*rest[:-1], self.aim(sock, rest[-1]))
            return native(sock, data, *rest)  # type: ignore[no-any-return]

        return sendto

    def _sendmsg(self, native: Any) -> Any:
        def sendmsg(sock: Any, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None) -> int:
            if address is not None:
                address = self.aim(sock, address)
            return native(sock, buffers, ancdata, flags, address)  # type: ignore[no-any-return]

        return sendmsg

    def _receiving(self, native: Any) -> Any:
        def receive(sock: Any, *args: Any, **kwargs: Any) -> Any:
            found = native(sock, *args, **kwargs)
            meant = self.meant.get(sock) if self.meant else None
            return (*found[:-1], meant.get(found[-1], found[-1])) if meant else found

        return receive

    def _setsockopt(self, native: Any) -> Any:
        def setsockopt(sock: Any, level: int, option: int, *value: Any) -> None:
            if (level, option) in MEMBERSHIPS and not self.shim.idle():
                value = (joined_here(level, value[0]), *value[1:])
            native(sock, level, option, *value)

        return setsockopt

    def _dup(self, native: Any) -> Any:
        servers = self.shim.servers
        kept: list[Any] = [self.meant, self.peers, self.nowhere, servers.called, servers.noted]

        def dup(sock: Any) -> Any:
            twin = native(sock)
            for known in kept:
                if sock in known:
                    known[twin] = known[sock]
            return twin

        return dup

    def _getpeername(self, native: Any) -> Any:
        def getpeername(sock: Any) -> Any:
            found = native(sock)
            return self.peers.get(sock, found) if self.peers and KIND(sock) == DATAGRAM else found

        return getpeername
