"""Sockets that redirected programs serve on: where they really are, and where their clients look for them."""

from __future__ import annotations

import errno
import os
import socket
from weakref import WeakKeyDictionary

from .addresses import KIND, STREAM, TRANSPORTS, family_of_socket, parsed
from .groups import multicast
from .hosts import LOCALHOST, LOOPBACK, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim
    from .addresses import Address


class Servers:
    """Binds within the loopback, and keeps the registry of what is bound."""

    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        self.routes = shim.routes
        self.free_ports: bool = shim.table["free_ports"]
        #: What ``getsockname`` tells, and the file in the registry with the address it stands for.
        self.called: WeakKeyDictionary[Any, Address] = WeakKeyDictionary()
        self.listening: dict[Address, Address] = {}
        self.noted: WeakKeyDictionary[Any, tuple[str, str]] = WeakKeyDictionary()

    def install(self) -> None:
        """Set the methods; taken back by ``shim.patches``."""
        for name in ("bind", "getsockname", "_real_close"):
            native = getattr(socket.socket, name)
            self.shim.patches.set(socket.socket, name, getattr(self, "_" + name.strip("_"))(native))

    def forget(self) -> None:
        """Take what is still bound out of the registry."""
        while self.noted:
            _, noted = self.noted.popitem()
            self.routes.bound.remove(*noted)

    def _bind(self, native: Any) -> Any:
        def bind(sock: Any, address: Any) -> None:
            asked = None if self.shim.idle() else parsed(sock, address)
            if asked is None or multicast(asked[0]):
                native(sock, address)
                return
            host, port = self.routes.names.normal(asked[0]), asked[1]
            if host == LOCALHOST:
                self._bind_here(native, sock, address, port, everywhere(asked[0]))
            else:
                self._bind_elsewhere(native, sock, host, port)

        return bind

    def _bind_here(self, native: Any, sock: Any, address: Address, port: int, anywhere: bool) -> None:
        """Bind an address of this host; TCP servers for all of its addresses are kept off the real network."""
        transport = TRANSPORTS[KIND(sock)]
        there = address
        if anywhere and family_of_socket(sock) == socket.AF_INET and transport == "tcp":
            # What connects to a host that is let through must not be tied to the loopback.
            there = address if port == 0 and self.routes.allow else (LOOPBACK[0], port)
        path = self.routes.bound.path(transport, LOCALHOST, port)
        try:
            if port and self.free_ports:
                raise PermissionError
            native(sock, there)
        except PermissionError:
            self._bind_alias(native, sock, path)
        real = self.shim.native["getsockname"](sock)
        if there is not address or real[1] != port:
            host = "0.0.0.0" if anywhere and len(real) == 2 else "::" if anywhere else real[0]
            self._call(sock, real, (host, port or real[1], *real[2:]))
        if port or self.free_ports or self.routes.routed(transport, real[1]):
            self._note(sock, transport, LOCALHOST, port or real[1], anywhere)

    def _bind_elsewhere(self, native: Any, sock: Any, host: str, port: int) -> None:
        """Bind an address that is not ours, or not to be reached from the network: by an alias on the loopback."""
        transport, family = TRANSPORTS[KIND(sock)], family_of_socket(sock)
        host = self.shim.resolver.address(host, family)
        self._bind_alias(
            native, sock, self.routes.bound.path(transport, self.routes.names.normal(host), port)
        )
        real = self.shim.native["getsockname"](sock)
        self._call(sock, real, (host, port or real[1], *real[2:]))
        self._note(sock, transport, self.routes.names.normal(host), port or real[1], False)

    def _bind_alias(self, native: Any, sock: Any, path: str) -> None:
        transport, family = TRANSPORTS[KIND(sock)], family_of_socket(sock)
        if self.routes.bound.find(transport, path) is not None:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        native(sock, (LOOPBACK[family == socket.AF_INET6], 0))

    def connected(self, sock: Any) -> None:
        """Who was to have all addresses of this host has one of them."""
        host, *rest = self.called.get(sock, ("?",))
        if everywhere(host):
            self.called[sock] = (self.shim.native["getsockname"](sock)[0], *rest)

    def _call(self, sock: Any, real: Address, name: Address) -> None:
        self.called[sock] = self.listening[real] = name

    def _note(self, sock: Any, transport: str, host: str, port: int, anywhere: bool) -> None:
        real = self.shim.native["getsockname"](sock)
        there = LOOPBACK[len(real) == 4] if everywhere(real[0]) else real[0]
        path = self.routes.bound.path(transport, host, port)
        self.routes.bound.add(path, there, real[1], anywhere)
        self.noted[sock] = transport, path
        self.routes.log("bound", f"{transport} {host}:{port} at {real[0]}:{real[1]}")

    def _getsockname(self, native: Any) -> Any:
        self.shim.native["getsockname"] = native

        def getsockname(sock: Any) -> Any:
            found = native(sock)
            return self._called(sock, found) if self.listening else found

        return getsockname

    def _called(self, sock: Any, found: Address) -> Address:
        if sock in self.called:
            return self.called[sock]
        # uvloop detaches the socket it has bound, and asks another object for the address of its server.
        listening = KIND(sock) == STREAM and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        return self.listening.get(found, found) if listening else found

    def _real_close(self, native: Any) -> Any:
        def _real_close(sock: Any, *args: Any) -> None:
            noted = self.noted.pop(sock, None) if self.noted else None
            self.called.pop(sock, None)
            native(sock, *args)
            # A duplicate may serve on. Unlike the weak dictionary, this list is made in one step.
            if noted is not None and noted not in list(self.noted.data.values()):  # type: ignore[attr-defined]
                self.routes.bound.remove(*noted)

        return _real_close


def everywhere(host: str) -> bool:
    """Whether a host stands for all addresses of this one."""
    return host == "" or (packed(host) is not None and not any(packed(host) or b""))
