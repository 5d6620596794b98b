"""Bound sockets, and plain words when an address cannot be had."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sandbox.errors import ListenError
from sandbox.net.owner import owner_of
from sandbox.settings.models import Binding, host_and_port

#: Clients that wait to be accepted; of one too many the kernel drops the SYN, and it waits a second.
BACKLOG = 1024

ATTEMPTS = 20  # at a port that is free for TCP and for UDP


def bind(service: str, binding: Binding, *, avoid: Collection[int] = ()) -> list[socket.socket]:
    """The bound sockets of a binding: one, or one for each address of a host name, all with the same port.

    Where any free port will do, those to ``avoid`` are not taken. Raises ListenError; nothing stays open then.
    """
    unwanted: list[socket.socket] = []
    try:
        while True:
            sockets = _bind_all(service, binding)
            if binding.port or binding.path is not None or sockets[0].getsockname()[1] not in avoid:
                return sockets
            unwanted += sockets  # kept until another port is found: it would be given to us again
    finally:
        for sock in unwanted:
            sock.close()


def bind_both(
    service: str, binding: Binding, *, avoid: Collection[int] = ()
) -> tuple[list[socket.socket], list[socket.socket]]:
    """The bound sockets of a TCP binding, and as many for UDP, all with the same port.

    Raises ListenError; nothing stays open then.
    """
    unwanted: list[socket.socket] = []
    try:
        while True:
            streams = bind(service, binding, avoid=avoid)
            port = streams[0].getsockname()[1]
            try:
                return streams, bind(service, binding.model_copy(update={"transport": "udp", "port": port}))
            except ListenError:
                unwanted += streams  # kept until another port is found: it would be given to us again
                if binding.port or len(unwanted) >= ATTEMPTS:
                    raise
    finally:
        for sock in unwanted:
            sock.close()


def _bind_all(service: str, binding: Binding) -> list[socket.socket]:
    bound: list[socket.socket] = []
    try:
        if binding.path is not None:
            return [_bind_unix(binding.path)]
        port = binding.port
        for family, address in _addresses(binding):
            bound.append(_bind(family, binding.transport, address, port))
            port = bound[0].getsockname()[1]
    except OSError as error:
        for sock in bound:
            sock.close()
        raise ListenError(
            service=service, listener=binding.name, address=binding.address, reason=_reason(error, binding)
        ) from error
    return bound


def describe(address: object) -> str:
    """A socket address as people write it."""
    if isinstance(address, tuple):
        return host_and_port(address[0], address[1])
    return str(address) if address else "unix"


def _addresses(binding: Binding) -> list[tuple[int, str]]:
    kind = socket.SOCK_DGRAM if binding.transport == "udp" else socket.SOCK_STREAM
    found = socket.getaddrinfo(binding.host, binding.port, type=kind, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def hold(family: int, address: Any) -> socket.socket:
    """A socket that has an address, as ``getsockname`` told it, and does not listen: clients are refused.

    A socket file gives way; it is for whoever had it. Raises OSError.
    """
    if isinstance(address, str):
        Path(address).unlink(missing_ok=True)
        sock = _unbound_unix()
    else:
        sock = _unbound(family, "tcp")
    try:
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def let_go(sock: socket.socket) -> bool:
    """Close what a socket stands for, at once, though asyncio still has its number; whether this system can do so."""
    if os.name != "posix":
        return False
    try:
        with socket.socket(sock.family, sock.type) as nothing:
            os.dup2(nothing.fileno(), sock.fileno(), inheritable=False)
    except OSError:  # too many open files
        return False
    return True


def _bind(family: int, transport: str, host: str, port: int) -> socket.socket:
    sock = _unbound(family, transport)
    try:
        sock.bind((host, port))
        # Two processes may both bind with SO_REUSEADDR; only one of them can listen.
        if transport == "tcp":
            sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _unbound(family: int, transport: str) -> socket.socket:
    # asyncio sets TCP_NODELAY only on sockets that say IPPROTO_TCP, so they must say it.
    kind, protocol = (
        (socket.SOCK_DGRAM, socket.IPPROTO_UDP)
        if transport == "udp"
        else (socket.SOCK_STREAM, socket.IPPROTO_TCP)
    )
    sock = socket.socket(family, kind, protocol)
    sock.setblocking(False)
    if transport == "tcp" and os.name == "posix":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock


def _bind_unix(path: Path) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode) and _is_abandoned(path):
            path.unlink()
    sock = _unbound_unix()
    try:
        sock.bind(str(path))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _unbound_unix() -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    return sock


def _is_abandoned(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False


def _reason(error: OSError, binding: Binding) -> str:
    if error.errno == errno.EADDRINUSE:
        if binding.path is not None and not binding.path.is_socket():
            return "something is there that is no socket"
        owner = owner_of(binding.transport, binding.port)
        return f"the address is in use by {owner}" if owner else "the address is in use by another program"
    if error.errno in (errno.EACCES, errno.EPERM):
        hint = (
            "; ports below 1024 need privileges, port 0 takes any free one" if 0 < binding.port < 1024 else ""
        )
        return f"permission denied{hint}"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address"
    return error.strerror or str(error)


def reset_on_close(sock: socket.socket | None) -> None:
    """Have the socket send RST when it is closed."""
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def quick_ack(sock: socket.socket | None) -> None:
    """Acknowledge what comes next at once; Linux only, and only a hint."""
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is not None and sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, option, 1)
