"""Socket addresses, as programs give them and as the system takes them."""

from __future__ import annotations

import socket
from _socket import socket as raw_socket
from operator import index

from .hosts import LOOPBACK, family_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Tuple

    Address = Tuple[Any, ...]

# The members of the C class give numbers; those of socket.socket look up an enumeration each time.
KIND = raw_socket.type.__get__
family_of_socket = raw_socket.family.__get__

INTERNET = (int(socket.AF_INET), int(socket.AF_INET6))
STREAM, DATAGRAM = int(socket.SOCK_STREAM), int(socket.SOCK_DGRAM)
TRANSPORTS = {STREAM: "tcp", DATAGRAM: "udp"}


def parsed(sock: Any, address: Any) -> tuple[str, int] | None:
    """Host and port of an address for TCP or UDP; None for any other, and for what the system will not take.

    Raises OverflowError for a port that there is not: the system would look the host's name up first.
    """
    if (
        family_of_socket(sock) not in INTERNET
        or KIND(sock) not in TRANSPORTS
        or not isinstance(address, tuple)
    ):
        return None
    try:
        host, port = address[0], index(address[1])
    except (TypeError, IndexError):
        return None
    host = text(host)
    if host is None:
        return None
    if not 0 <= port < 65536:
        raise OverflowError("port must be 0-65535.")
    return host, port


def text(host: Any) -> str | None:
    """A host as text; None for what is no host."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("utf-8", "surrogateescape")
    return host if isinstance(host, str) else None


def reachable(sock: Any, host: str, port: int) -> Address:
    """The address of a loopback server as a socket of its family can use it."""
    if family_of_socket(sock) == socket.AF_INET:
        # A server for all IPv6 addresses serves those of IPv4 as well.
        return (host if family_of(host) == socket.AF_INET else LOOPBACK[0], port)
    if family_of(host) == socket.AF_INET6:
        return (host, port, 0, 0)
    if sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):  # it cannot be set while a socket connects
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    return ("::ffff:" + host, port, 0, 0)
