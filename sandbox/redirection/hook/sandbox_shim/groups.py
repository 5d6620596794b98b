"""Multicast among programs of this machine: groups are joined and sent to on the loopback interface."""

from __future__ import annotations

import socket
import sys

from .addresses import family_of_socket
from .hosts import LOOPBACK, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .addresses import Address

_MEMBERSHIP_NAMES = ("IP_ADD_MEMBERSHIP", "IP_DROP_MEMBERSHIP"), ("IPV6_JOIN_GROUP", "IPV6_LEAVE_GROUP")

#: Levels and options of ``setsockopt`` that say which group on which interface.
MEMBERSHIPS = {
    (int(level), getattr(socket, name))
    for level, names in zip((socket.IPPROTO_IP, socket.IPPROTO_IPV6), _MEMBERSHIP_NAMES)
    for name in names
    if hasattr(socket, name)
}


def multicast(host: str) -> bool:
    """Whether a host is the address of a group (RFC 5771, RFC 4291 section 2.7)."""
    octets = packed(host) or b"\0"
    return octets[0] == 255 if len(octets) == 16 else octets[0] & 0xF0 == 224


def send_here(sock: Any, address: Address) -> Address:
    """Have the socket send to groups on the loopback interface only."""
    if family_of_socket(sock) == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK[0]))
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, _loopback_interface())
    return address


def joined_here(level: int, value: Any) -> Any:
    """The same group on the loopback interface, in the structure that the system takes (ip_mreq, ipv6_mreq)."""
    if level == socket.IPPROTO_IP:
        return bytes(value[:4]) + socket.inet_aton(LOOPBACK[0])
    return bytes(value[:16]) + _loopback_interface().to_bytes(4, sys.byteorder)


def _loopback_interface() -> int:
    return next((index for index, name in socket.if_nameindex() if name.startswith("lo")), 0)
