"""What is sent to the kernel, octet for octet as ``nft`` and ``ip`` send it."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

from sandbox.addressing import Names, Routes
from sandbox.redirection.isolation import netlink, nftables
from sandbox.redirection.isolation.gate import diversions
from sandbox.redirection.isolation.nftables import Diversion
from sandbox.settings.routes import Route, Target

HERE = Path(__file__).parent
FLAGS_OF_THE_TABLE = 20 + 6  # behind the message that begins the batch

ECHO = Target("tcp", "echo")


def test_rules_are_the_batch_that_nft_sends_for_them() -> None:
    # recorded.nft by nft 1.0.6, recorded with strace; nft asks for no acknowledgement, we do.
    recorded = bytearray.fromhex((HERE / "recorded.hex").read_text())
    (flags,) = struct.unpack_from("=H", recorded, FLAGS_OF_THE_TABLE)
    struct.pack_into("=H", recorded, FLAGS_OF_THE_TABLE, flags | netlink.ACKNOWLEDGE)
    wanted = [
        Diversion("tcp", 25),
        Diversion("udp", 5566, IPv4Network("192.168.0.102")),
        Diversion("tcp", 5566, IPv6Network("fd5a:5a5a::1")),
        Diversion("tcp", 8000, IPv4Network("127.0.0.0/8")),
    ]
    assert nftables.ruleset(wanted, {"tcp": 4000, "udp": 4001}, nftables.LOOPBACK) == bytes(recorded)


def test_all_addresses_become_local_as_by_ip_route() -> None:
    # ip route add local default dev lo src 127.0.0.1 table local; the same with -6 and ::1
    ipv4 = netlink.every_address_local(IPv4Address("127.0.0.1"), 1)
    assert ipv4.hex(" ", 4) == (
        "2c000000 18000506 00000000 00000000 02000000 ff03fe02 00000000 08000700 7f000001 08000400 01000000"
    )
    ipv6 = netlink.every_address_local(IPv6Address("::1"), 1)
    assert ipv6.hex(" ", 4) == (
        "4c000000 18000506 00000000 00000000 0a000000 ff030002 00000000"
        " 14000100 00000000 00000000 00000000 00000000"
        " 14000700 00000000 00000000 00000000 00000001 08000400 01000000"
    )


def test_only_ports_with_a_route_are_diverted_each_once() -> None:
    rows = [
        Route("tcp", "192.0.2.1", 5566, ECHO),
        Route("tcp", "192.0.2.1", 25, ECHO),
        Route("tcp", "localhost", 8000, ECHO),
        Route("udp", "*.example.org", 99, ECHO),
        Route("tcp", "*", 25, ECHO),
        Route("tcp", "*", 25, Target("smtp", "main")),
    ]
    assert diversions(Routes(Names({}), rows)) == [
        Diversion("tcp", 25),
        Diversion("tcp", 5566, IPv4Network("192.0.2.1")),
        Diversion("tcp", 8000, IPv4Network("127.0.0.0/8")),
        Diversion("tcp", 8000, IPv6Network("::1")),
        Diversion("udp", 99),
    ]


def test_a_routed_name_is_diverted_at_both_its_addresses() -> None:
    names = Names({})
    found = diversions(Routes(names, [Route("tcp", "one.example.org", 99, ECHO)]))
    assert [str(each.network.network_address) for each in found if each.network is not None] == list(
        names.addresses("one.example.org") or ()
    )
