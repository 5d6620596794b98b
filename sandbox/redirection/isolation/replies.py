"""Datagrams that answer from the address a client wrote to, without a socket that is bound to it.

Such a socket would take the client's next datagram when it should be closed, and the port from a program that wants to
serve there itself; so headers are written here and sent raw.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Any

_IPV4 = struct.Struct("!BBHHHBBH4s4s")  # RFC 791 §3.1
_IPV6 = struct.Struct("!IHBB16s16s")  # RFC 8200 §3
_UDP = struct.Struct("!HHHH")  # RFC 768
_HOPS = 64


@dataclass(frozen=True, slots=True)
class Reply:
    """Sends as a UDP socket would that is bound to the address."""

    host: str
    port: int

    def getsockname(self) -> tuple[str, int]:
        """Where the answers come from."""
        return self.host, self.port

    def sendto(self, data: bytes, address: Any) -> int:
        """Send one datagram; returns the octets of its data. Raises OSError, as when it is too long."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        packet = datagram((self.host, self.port), address[:2], data)
        with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
            sock.sendto(packet, (address[0], 0))
        return len(data)


def datagram(source: tuple[str, int], target: tuple[str, int], data: bytes) -> bytes:
    """A whole IP packet with one UDP datagram. Raises OSError if it is too long to have a length."""
    family = socket.AF_INET6 if ":" in source[0] else socket.AF_INET
    addresses = socket.inet_pton(family, source[0]), socket.inet_pton(family, target[0])
    length = _UDP.size + len(data)
    try:
        pseudo_header = b"".join(addresses) + struct.pack("!II", length, socket.IPPROTO_UDP)
        header = _UDP.pack(source[1], target[1], length, 0)
        checksum = _checksum(pseudo_header + header + data)
        body = _UDP.pack(source[1], target[1], length, checksum) + data
        if family == socket.AF_INET6:
            return _IPV6.pack(6 << 28, length, socket.IPPROTO_UDP, _HOPS, *addresses) + body
        # The kernel writes the identification and the header's checksum (raw(7)).
        total = _IPV4.size + length
        return _IPV4.pack(4 << 4 | 5, 0, total, 0, 0, _HOPS, socket.IPPROTO_UDP, 0, *addresses) + body
    except struct.error:
        raise OSError("the datagram is too long") from None


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071); 0 means none, so it is sent as its other form (RFC 768)."""
    total = int.from_bytes(data + bytes(len(data) % 2), "big")
    # One's complement addition of 16-bit words is what is left of the whole number modulo 0xFFFF.
    return 0xFFFF - (total % 0xFFFF) or 0xFFFF
