"""uvloop on sockets of the socket module: libuv resolves, connects and sends datagrams by itself."""

from __future__ import annotations

import socket

from .datagrams import Datagrams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable

    Opening = Callable[[socket.socket, Any], Awaitable[None]]

INTERNET = (socket.AF_INET, socket.AF_INET6)


def methods(loop_class: Any) -> dict[str, Any]:
    """What a loop's class gets instead. In the end its own are called, with a socket that is open already."""
    return {
        "create_connection": _create_connection(loop_class.create_connection),
        "create_server": _create_server(loop_class.create_server),
        "create_datagram_endpoint": _create_datagram_endpoint(loop_class.create_datagram_endpoint),
        "getaddrinfo": _getaddrinfo,
        "getnameinfo": _getnameinfo,
    }


def _create_connection(native: Any) -> Any:
    async def create_connection(
        self: Any,
        protocol_factory: Any,
        host: Any = None,
        port: Any = None,
        *,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        sock: Any = None,
        local_addr: Any = None,
        **tls: Any,
    ) -> Any:
        if sock is not None or (host is None and port is None):
            if sock is not None and (host or port or family or proto or flags or local_addr):
                raise ValueError("host/port and sock can not be specified at the same time")
            return await native(self, protocol_factory, sock=sock, **tls)
        if tls.get("ssl") and tls.get("server_hostname") is None:
            if not host:
                raise ValueError("You must set server_hostname when using ssl without a host")
            tls["server_hostname"] = host

        async def dial(sock: socket.socket, address: Any) -> None:
            if local_addr is not None:
                sock.bind(local_addr)
            await self.sock_connect(sock, address)

        hints = {"family": family, "type": socket.SOCK_STREAM, "proto": proto, "flags": flags}
        sock = await _first(await self.getaddrinfo(host, port, **hints), dial)
        try:
            return await native(self, protocol_factory, sock=sock, **tls)
        except BaseException:
            sock.close()
            raise

    return create_connection


def _create_server(native: Any) -> Any:
    # It binds in Python, but finds the addresses of names by itself.
    async def create_server(
        self: Any, protocol_factory: Any, host: Any = None, port: Any = None, **rest: Any
    ) -> Any:
        if host:
            hints = {name: rest[name] for name in ("family", "flags") if name in rest}
            infos = []
            for name in [host] if isinstance(host, (str, bytes)) else host:
                infos += await self.getaddrinfo(name, port, type=socket.SOCK_STREAM, **hints)
            host = [info[4][0] for info in infos]
        return await native(self, protocol_factory, host, port, **rest)

    return create_server


def _create_datagram_endpoint(native: Any) -> Any:
    async def create_datagram_endpoint(
        self: Any,
        protocol_factory: Any,
        local_addr: Any = None,
        remote_addr: Any = None,
        *,
        sock: Any = None,
        reuse_port: Any = None,
        allow_broadcast: Any = None,
        **hints: Any,
    ) -> Any:
        if hints.pop("reuse_address", None):
            raise ValueError("Passing `reuse_address=True` is no longer supported")
        if sock is None:
            options = [socket.SO_BROADCAST] if allow_broadcast else []
            options += [socket.SO_REUSEPORT] if reuse_port else []
            sock = await _datagram_socket(self, local_addr, remote_addr, hints, options)
        elif local_addr or remote_addr or reuse_port or allow_broadcast or any(hints.values()):
            raise ValueError("socket modifier keyword arguments can not be used when sock is specified.")
        elif sock.family not in INTERNET:
            return await native(self, protocol_factory, sock=sock)
        protocol = protocol_factory()
        transport = Datagrams(self, sock, protocol)
        await transport.opened
        return transport, protocol

    return create_datagram_endpoint


async def _getaddrinfo(
    self: Any, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
) -> Any:
    try:  # an address needs no thread
        return socket.getaddrinfo(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await self.run_in_executor(None, socket.getaddrinfo, host, port, family, type, proto, flags)


async def _getnameinfo(self: Any, sockaddr: Any, flags: int = 0) -> Any:
    return await self.run_in_executor(None, socket.getnameinfo, sockaddr, flags)


async def _datagram_socket(
    loop: Any, local_addr: Any, remote_addr: Any, hints: dict[str, Any], options: list[int]
) -> socket.socket:
    hints = {"family": 0, "proto": 0, "flags": 0, **hints, "type": socket.SOCK_DGRAM}
    if local_addr or remote_addr:
        infos = await loop.getaddrinfo(*(remote_addr or local_addr)[:2], **hints)
    elif hints["family"] in INTERNET:
        infos = [(hints["family"], hints["type"], hints["proto"], "", None)]
    else:
        raise ValueError("unexpected address family")

    async def prepare(sock: socket.socket, address: Any) -> None:
        for option in options:
            sock.setsockopt(socket.SOL_SOCKET, option, 1)
        if local_addr:
            mine = await loop.getaddrinfo(*local_addr[:2], **{**hints, "family": sock.family})
            sock.bind(mine[0][4])
        if remote_addr:
            await loop.sock_connect(sock, address)

    return await _first(infos, prepare)


async def _first(infos: list[Any], prepare: Opening) -> socket.socket:
    """The first socket that can be made ready, of those getaddrinfo() offers."""
    failure = OSError("getaddrinfo() returned empty list")
    for family, kind, proto, _, address in infos:
        sock = socket.socket(family, kind, proto)
        try:
            sock.setblocking(False)
            await prepare(sock, address)
        except OSError as error:
            failure = error
            sock.close()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
