"""The rules that lead packets to the gate, as one nfnetlink batch (linux/netfilter/nf_tables.h).

What ``nft`` would write as::

    table inet sandbox {
      chain prerouting {
        type filter hook prerouting priority mangle; policy accept;
        socket wildcard 0 accept
        ip daddr 127.0.0.53 udp dport 53 tproxy ip to :GATE accept
        ip daddr 127.0.0.0/8 socket wildcard 1 accept
        ip6 daddr ::1 socket wildcard 1 accept
        tcp dport 25 tproxy to :GATE accept
        ip daddr 192.168.0.102 tcp dport 5566 tproxy ip to :GATE accept
      }
    }

So a program's own socket goes first: one that is connected, one that is bound to the very address, and for addresses of
one's own network also one that is bound to all, except where the resolver asks. What no rule names is left to the kernel, which refuses it.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

from sandbox.redirection.isolation import netlink
from sandbox.redirection.isolation.netlink import attribute, message, nested, number, text

NETFILTER = 12  # NETLINK_NETFILTER

_BATCH_BEGIN, _BATCH_END = 16, 17
_NFTABLES = 10
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = _NFTABLES << 8, _NFTABLES << 8 | 3, _NFTABLES << 8 | 6
_ANY_PROTOCOL, _INET = 0, 1
_MANGLE = -150  # the priority at which packets are marked and led elsewhere, before they are routed
_ACCEPT_PACKET = 1
_NETWORK_PROTOCOL, _TRANSPORT_PROTOCOL = 15, 16
_NETWORK_HEADER, _TRANSPORT_HEADER = 1, 2
_DESTINATION_PORT = 2
_REGISTER = 1

_TABLE, _CHAIN = "sandbox", "prerouting"

Network: TypeAlias = IPv4Network | IPv6Network

LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
#: Where a server that is bound to all addresses is meant: this machine, and what lessons call theirs (RFC 1918).
OWN: tuple[Network, ...] = (
    *LOOPBACK,
    IPv4Network("10.0.0.0/8"),
    *IPv4Network("172.16.0.0/12").subnets(new_prefix=16),
    IPv4Network("192.168.0.0/16"),
)


@dataclass(frozen=True, slots=True, order=True)
class Diversion:
    """Packets to a port of the networks, or of every address if none is given, go to the gate."""

    transport: str
    port: int
    network: Network | None = None


def ruleset(
    diversions: Iterable[Diversion],
    gate: dict[str, int],
    own: Iterable[Network] = OWN,
    firm: Iterable[Diversion] = (),
) -> bytes:
    """The whole batch; ``gate`` tells the gate's port for each transport. Prefixes end with an octet.

    ``firm`` ones hold also where a program has a socket for all addresses.
    """
    rules = [
        [*_own_socket(wildcard=0), _ACCEPT],
        *([*_divert(diversion, gate[diversion.transport]), _ACCEPT] for diversion in firm),
        *([*_to(network), *_own_socket(wildcard=1), _ACCEPT] for network in own),
        *([*_divert(diversion, gate[diversion.transport]), _ACCEPT] for diversion in diversions),
    ]
    changes = [
        # Answered when all is done: with the first error of the whole batch, if there is one.
        _change(_NEW_TABLE, netlink.ACKNOWLEDGE, text(1, _TABLE) + number(2, 0), 1),
        _change(_NEW_CHAIN, netlink.CREATE, _chain(), 2),
    ]
    changes += [
        _change(_NEW_RULE, netlink.CREATE | netlink.APPEND, _rule(rule), sequence)
        for sequence, rule in enumerate(rules, start=3)
    ]
    end = _boundary(_BATCH_END, len(changes) + 1)
    return b"".join([_boundary(_BATCH_BEGIN, 0), *changes, end])


def load(batch: bytes) -> None:
    """Make the rules hold, all or none. Raises OSError."""
    netlink.request(NETFILTER, batch)


def _boundary(kind: int, sequence: int) -> bytes:
    return message(kind, 0, struct.pack("!BBH", 0, 0, _NFTABLES), sequence=sequence)


def _change(kind: int, flags: int, attributes: bytes, sequence: int) -> bytes:
    return message(kind, flags, struct.pack("!BBH", _INET, 0, 0) + attributes, sequence=sequence)


def _chain() -> bytes:
    hook = nested(4, number(1, 0), number(2, _MANGLE))
    return text(1, _TABLE) + text(3, _CHAIN) + text(7, "filter") + number(5, _ACCEPT_PACKET) + hook


def _rule(expressions: Iterable[bytes]) -> bytes:
    return text(1, _TABLE) + text(2, _CHAIN) + nested(4, *expressions)


def _expression(name: str, *attributes: bytes) -> bytes:
    return nested(1, text(1, name), nested(2, *attributes))


def _equals(value: bytes) -> bytes:
    return _expression("cmp", number(1, _REGISTER), number(2, 0), nested(3, attribute(1, value)))


def _meta(key: int, value: bytes) -> list[bytes]:
    return [_expression("meta", number(2, key), number(1, _REGISTER)), _equals(value)]


def _payload(header: int, offset: int, value: bytes) -> list[bytes]:
    numbers = enumerate((_REGISTER, header, offset, len(value)), start=1)
    return [_expression("payload", *(number(kind, each) for kind, each in numbers)), _equals(value)]


def _own_socket(*, wildcard: int) -> list[bytes]:
    """There is a socket for the packet; whether it is bound to all addresses."""
    return [
        _expression("socket", number(1, 2), number(2, _REGISTER), number(3, 0)),
        _equals(bytes([wildcard])),
    ]


def _to(network: Network) -> list[bytes]:
    """The packet's destination lies in the network."""
    family, offset = (socket.AF_INET, 16) if network.version == 4 else (socket.AF_INET6, 24)
    prefix = network.network_address.packed[: network.prefixlen // 8]
    return [*_meta(_NETWORK_PROTOCOL, bytes([family])), *_payload(_NETWORK_HEADER, offset, prefix)]


def _divert(diversion: Diversion, gate: int) -> list[bytes]:
    protocol = socket.IPPROTO_TCP if diversion.transport == "tcp" else socket.IPPROTO_UDP
    port = struct.pack("!H", gate)
    network = diversion.network
    family = _ANY_PROTOCOL
    if network is not None:
        family = socket.AF_INET if network.version == 4 else socket.AF_INET6
    return [
        *([] if network is None else _to(network)),
        *_meta(_TRANSPORT_PROTOCOL, bytes([protocol])),
        *_payload(_TRANSPORT_HEADER, _DESTINATION_PORT, struct.pack("!H", diversion.port)),
        _expression("immediate", number(1, _REGISTER), nested(2, attribute(1, port))),
        _expression("tproxy", number(1, family), number(3, _REGISTER)),
    ]


_ACCEPT = _expression("immediate", number(1, 0), nested(2, nested(2, number(1, _ACCEPT_PACKET))))


def only(address: IPv4Address | IPv6Address) -> Network:
    """The network of one address."""
    if address.version == 4:
        return IPv4Network(address)
    return IPv6Network(address)
