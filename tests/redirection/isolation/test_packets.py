"""Packets that are written, and packets that are understood."""

from __future__ import annotations

import socket
import struct

import pytest

from sandbox.redirection.isolation.refusals import refusal
from sandbox.redirection.isolation.replies import datagram

IPV4 = ("198.18.0.1", 53)
IPV6 = ("fd5a:5a5a::1", 53)


def sum_of(words: bytes) -> int:
    """One's complement sum (RFC 1071), word by word."""
    total = 0
    for (word,) in struct.iter_unpack("!H", words + bytes(len(words) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize("data", [b"", b"x", b"even", b"\xff" * 999])
@pytest.mark.parametrize(
    ("source", "target", "header"),
    [(IPV4, ("127.0.0.1", 4000), 20), (IPV6, ("::1", 4000), 40)],
    ids=["v4", "v6"],
)
def test_a_datagram_has_its_addresses_ports_and_checksum(
    source: tuple[str, int], target: tuple[str, int], header: int, data: bytes
) -> None:
    packet = datagram(source, target, data)
    family = socket.AF_INET if header == 20 else socket.AF_INET6
    addresses = packet[12:20] if header == 20 else packet[8:40]
    assert addresses == socket.inet_pton(family, source[0]) + socket.inet_pton(family, target[0])
    assert packet[0] >> 4 == (4 if header == 20 else 6)
    udp = packet[header:]
    assert struct.unpack_from("!HHH", udp) == (53, 4000, 8 + len(data))
    assert udp[8:] == data
    pseudo_header = addresses + struct.pack("!II", len(udp), socket.IPPROTO_UDP)
    assert sum_of(pseudo_header + udp) == 0xFFFF


def test_a_checksum_is_never_zero_which_means_none() -> None:
    (first,) = struct.unpack_from("!H", datagram(IPV4, IPV4, b"\0\0"), 26)
    packet = datagram(IPV4, IPV4, struct.pack("!H", first))
    assert packet[26:28] == b"\xff\xff"


def test_a_datagram_too_long_for_its_header_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="too long"):
        datagram(IPV4, IPV4, bytes(65_530))


def tcp(flags: int, sequence: int, *, ipv6: bool = False) -> bytes:
    segment = struct.pack("!HHIIBBHHH", 80, 40000, sequence, 1, 5 << 4, flags, 0, 0, 0)
    if ipv6:
        return (
            struct.pack("!IHBB16s15xB", 6 << 28, 20, 6, 64, socket.inet_pton(socket.AF_INET6, IPV6[0]), 1)
            + segment
        )
    return struct.pack("!B8xB2x4s4s", 0x45, 6, socket.inet_aton(IPV4[0]), b"\x7f\0\0\1") + segment


def test_a_reset_that_answers_a_syn_is_a_refusal() -> None:
    assert refusal(tcp(0x14, 0)) == ("tcp", "198.18.0.1", 80)
    assert refusal(tcp(0x14, 0, ipv6=True)) == ("tcp", "fd5a:5a5a::1", 80)


@pytest.mark.parametrize(
    "packet",
    [tcp(0x14, 7), tcp(0x04, 0), tcp(0x12, 0), tcp(0x14, 0)[:30], b"\x45"],
    ids=["abort", "reset", "syn", "cut", "1"],
)
def test_other_packets_are_no_refusal(packet: bytes) -> None:
    assert refusal(packet) is None


def test_a_port_unreachable_tells_where_the_datagram_went() -> None:
    ipv4 = (
        struct.pack("!B8xB10x", 0x45, 1) + bytes([3, 3]) + bytes(6) + datagram(("127.0.0.1", 9), IPV4, b"x")
    )
    assert refusal(ipv4) == ("udp", *IPV4)
    ipv6 = (
        struct.pack("!IHBB32x", 6 << 28, 0, 58, 64)
        + bytes([1, 4])
        + bytes(6)
        + datagram(("::1", 9), IPV6, b"x")
    )
    assert refusal(ipv6) == ("udp", *IPV6)
    assert refusal(ipv4[:20] + bytes([3, 1]) + ipv4[22:]) is None  # the host, not the port
    # An answer to a client that has left is no question that nobody heard.
    assert refusal(ipv4, serves=lambda *source: source == ("127.0.0.1", 9)) is None
    assert refusal(ipv6, serves=lambda *source: source == ("::1", 9)) is None
    assert refusal(ipv4, serves=lambda *source: source == IPV4) == ("udp", *IPV4)
