"""Hears of connections and datagrams that the kernel refused, since nobody listens where they went."""

from __future__ import annotations

import asyncio
import ctypes
import ipaddress
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.settings.models import Transport

_ATTACH_FILTER = 26  # SO_ATTACH_FILTER
_LARGEST = 256  # octets of a packet that are looked at
_BURST = 100  # packets that are read at once
_RESET_AND_ACK = 0x14
_FLAGS_AT = 13

# What a filter for the kernel is made of (linux/filter.h).
_LOAD, _AND, _EQUAL, _RETURN = 0x30, 0x54, 0x15, 0x06
_INSTRUCTION = struct.Struct("=HBBI")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand in packets of one protocol; those of the loopback interface carry no options."""

    ethernet: int
    header: int
    protocol_at: int
    source_at: int
    target_at: int
    icmp: int
    unreachable: int
    port_unreachable: int
    address: int


_IPV4 = _Layout(0x0800, 20, 9, 12, 16, socket.IPPROTO_ICMP, 3, 3, 4)  # RFC 791, RFC 792
_IPV6 = _Layout(0x86DD, 40, 6, 8, 24, socket.IPPROTO_ICMPV6, 1, 4, 16)  # RFC 8200, RFC 4443 §3.1


def _nobody(_host: str, _port: int) -> bool:
    return False


class Refusals:
    """Calls ``refused`` with transport, host and port of what was refused.

    ``serves`` tells whether a UDP server is at a host and port: what comes from there is an answer, and refused only
    because the client has left.
    """

    def __init__(
        self,
        refused: Callable[[Transport, str, int], None],
        serves: Callable[[str, int], bool] = _nobody,
    ) -> None:
        self._refused = refused
        self._serves = serves
        self._sockets: list[tuple[socket.socket, _Layout]] = []

    def start(self) -> None:
        """Listen on the loopback interface of this namespace. Raises OSError."""
        for layout in (_IPV4, _IPV6):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self._sockets.append((sock, layout))
            _attach(sock, layout)
            sock.bind(("lo", layout.ethernet))
            asyncio.get_running_loop().add_reader(sock, self._read, sock, layout)

    def stop(self) -> None:
        """Tell what has come until now, and listen no more; may be called twice."""
        for sock, layout in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)
            self._read(sock, layout)
            sock.close()
        self._sockets.clear()

    def _read(self, sock: socket.socket, layout: _Layout) -> None:
        for _ in range(_BURST):
            try:
                packet = sock.recv(_LARGEST)
            except OSError:
                return
            found = refusal(packet, layout, self._serves)
            if found is not None:
                self._refused(*found)


def refusal(
    packet: bytes, layout: _Layout | None = None, serves: Callable[[str, int], bool] = _nobody
) -> tuple[Transport, str, int] | None:
    """What a packet says was refused, and None if it says nothing of the kind.

    A reset has the sequence number 0 only if it answers a SYN (RFC 9293 §3.10.7.1).
    """
    layout = layout or (_IPV6 if packet[0] >> 4 == 6 else _IPV4)
    inner = packet[layout.header :]
    try:
        if packet[layout.protocol_at] == socket.IPPROTO_TCP:
            port, _, sequence = struct.unpack_from("!HHI", inner)
            if sequence == 0 and inner[_FLAGS_AT] & _RESET_AND_ACK == _RESET_AND_ACK:
                return "tcp", _address(packet, layout.source_at, layout), port
        elif inner[:2] == bytes([layout.unreachable, layout.port_unreachable]):
            original = inner[8:]
            if original[layout.protocol_at] == socket.IPPROTO_UDP:
                source, port = struct.unpack_from("!HH", original, layout.header)
                if serves(_address(original, layout.source_at, layout), source):
                    return None
                return "udp", _address(original, layout.target_at, layout), port
    except (IndexError, struct.error, ValueError):  # cut short
        pass
    return None


def _address(packet: bytes, offset: int, layout: _Layout) -> str:
    return str(ipaddress.ip_address(packet[offset : offset + layout.address]))


def _attach(sock: socket.socket, layout: _Layout) -> None:
    """Let the kernel pass TCP with RST and ACK, and ICMP "destination unreachable", and nothing else."""
    instructions = (
        (_LOAD, 0, 0, layout.protocol_at),
        (_EQUAL, 0, 3, socket.IPPROTO_TCP),
        (_LOAD, 0, 0, layout.header + _FLAGS_AT),
        (_AND, 0, 0, _RESET_AND_ACK),
        (_EQUAL, 3, 4, _RESET_AND_ACK),
        (_EQUAL, 0, 3, layout.icmp),
        (_LOAD, 0, 0, layout.header),
        (_EQUAL, 0, 1, layout.unreachable),
        (_RETURN, 0, 0, _LARGEST),
        (_RETURN, 0, 0, 0),
    )
    program = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*each) for each in instructions))
    sock.setsockopt(
        socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("@HP", len(instructions), ctypes.addressof(program))
    )
