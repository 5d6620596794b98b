"""Netlink messages as bytes (RFC 3549), and the two routes that make every address an address of this machine."""

from __future__ import annotations

import os
import socket
import struct
from ipaddress import IPv4Address, IPv6Address

REQUEST, ACKNOWLEDGE = 0x1, 0x4
EXCLUSIVE, CREATE, APPEND = 0x200, 0x400, 0x800
_NESTED = 0x8000
_ERROR = 2  # NLMSG_ERROR: the kernel's answer, with error number 0 when all is well
_HEADER = struct.Struct("=IHHII")

_NEW_ROUTE = 24
_DESTINATION, _INTERFACE, _PREFERRED_SOURCE = 1, 4, 7
_LOCAL_TABLE, _BY_ADMINISTRATOR, _LOCAL = 255, 3, 2
_HOST_SCOPE, _UNIVERSE = 254, 0

TIMEOUT = 5.0  # seconds; the kernel answers before send returns


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute, padded to four octets."""
    return struct.pack("=HH", len(payload) + 4, kind) + payload + bytes(-len(payload) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(attributes))


def text(kind: int, value: str) -> bytes:
    """An attribute with a string, terminated by zero."""
    return attribute(kind, value.encode() + b"\0")


def number(kind: int, value: int) -> bytes:
    """An attribute with 32 bits in network order, as netfilter wants them."""
    return attribute(kind, struct.pack("!i" if value < 0 else "!I", value))


def message(kind: int, flags: int, body: bytes, *, sequence: int = 0) -> bytes:
    """One message with its header."""
    return _HEADER.pack(len(body) + _HEADER.size, kind, REQUEST | flags, sequence, 0) + body


def every_address_local(source: IPv4Address | IPv6Address, interface: int) -> bytes:
    """``ip route add local default dev lo table local src SOURCE``, for the protocol of the source address.

    Clients that do not choose a source address themselves get this one.
    """
    body = struct.pack(
        "=BBBBBBBBI",
        socket.AF_INET if source.version == 4 else socket.AF_INET6,
        *(0, 0, 0),  # lengths of destination and source: all of them; type of service
        _LOCAL_TABLE,
        _BY_ADMINISTRATOR,
        _HOST_SCOPE if source.version == 4 else _UNIVERSE,
        _LOCAL,
        0,
    )
    if source.version == 6:
        body += attribute(_DESTINATION, bytes(16))
    body += attribute(_PREFERRED_SOURCE, source.packed)
    body += attribute(_INTERFACE, struct.pack("=I", interface))
    return message(_NEW_ROUTE, ACKNOWLEDGE | EXCLUSIVE | CREATE, body)


def request(protocol: int, messages: bytes) -> None:
    """Send messages, one of which asks for an acknowledgement, and wait for it.

    Raises OSError with the kernel's error number, TimeoutError when it does not answer.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as sock:
        sock.settimeout(TIMEOUT)
        sock.bind((0, 0))
        sock.send(messages)
        answer = sock.recv(65536)
    _, kind, *_ = _HEADER.unpack_from(answer)
    if kind == _ERROR and (error := -struct.unpack_from("=i", answer, _HEADER.size)[0]):
        raise OSError(error, os.strerror(error))
