"""Whatever comes, there is an answer that can be read, or silence; never an exception."""

from __future__ import annotations

import struct

import dns.message
from hypothesis import example, given
from hypothesis import strategies as some

from sandbox.sansio import Send
from sandbox.services.dns.core import DnsCore
from tests.services.dns.world import World

QUERY = dns.message.make_query("www.example.org", "MX", use_edns=0, want_dnssec=True).to_wire()
labels = some.binary(min_size=1, max_size=63)
kinds = some.sampled_from([1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 250, 251, 252, 253, 255, 65]) | some.integers(
    0, 65535
)


def checked(query: bytes) -> None:
    for datagram in (True, False):
        wire = World().octets(query, datagram=datagram)
        if wire is None:
            assert len(query) < 12 or query[2] & 0x80
            continue
        response = dns.message.from_wire(wire)
        assert response.id == int.from_bytes(query[:2])
        assert not datagram or len(wire) <= 1232


@given(some.binary(max_size=600))
def test_any_bytes(query: bytes) -> None:
    checked(query)


@given(some.integers(0, 0x7FFF), some.binary(max_size=200))
def test_any_bytes_behind_a_header(flags: int, rest: bytes) -> None:
    checked(struct.pack("!6H", 1, flags & ~0x7800, 1, 0, 0, 0) + rest)


@given(some.lists(some.tuples(some.integers(2, len(QUERY) - 1), some.integers(0, 255)), max_size=6))
def test_a_query_with_octets_changed(changes: list[tuple[int, int]]) -> None:
    query = bytearray(QUERY)
    for place, octet in changes:
        query[place] = octet
    checked(bytes(query))


@given(some.lists(labels, max_size=6), kinds)
@example([b"a.b", b"c\\", b" ", b'"', b"\x00"], 15)
@example([b"_imap", b"_tcp", b"a b"], 33)
@example([b"x" * 63] * 3 + [b"y" * 61], 6)
@example([b"x" * 63] * 3 + [b"y" * 61], 15)
@example([b"*", b"wild", b"example", b"org"], 1)
@example([b"\xff\xfe", b"in-addr", b"arpa"], 12)
def test_any_name_and_type(name: list[bytes], kind: int) -> None:
    octets = b"".join(bytes([len(label)]) + label for label in name) + b"\x00"
    query = struct.pack("!6H", 1, 0, 1, 0, 0, 0) + octets + struct.pack("!2H", kind, 1)
    wire = World().octets(query)
    assert wire is not None
    assert dns.message.from_wire(wire).id == 1
    if len(octets) <= 255:
        assert wire[12 : 12 + len(octets)] == octets  # the question comes back letter for letter


@given(some.binary(max_size=400), some.sampled_from([1, 2, 3, 7, 64, 1000]))
def test_any_stream(data: bytes, size: int) -> None:
    """The same answers however the stream is cut; the whole of it at once is the measure."""
    assert streamed(data, size) == streamed(data, len(data) or 1)


@given(some.lists(some.binary(max_size=60) | some.just(QUERY), max_size=8), some.sampled_from([1, 5, 50]))
def test_any_messages_in_a_stream(messages: list[bytes], size: int) -> None:
    data = b"".join(len(message).to_bytes(2) + message for message in messages)
    expected = [World().octets(message, datagram=False) for message in messages]
    framed = b"".join(len(wire).to_bytes(2) + wire for wire in expected if wire is not None)
    assert streamed(data, size) == framed


def streamed(data: bytes, size: int) -> bytes:
    world = World()
    core = DnsCore(lambda query: world.octets(query, datagram=False))
    actions = [
        action for start in range(0, len(data), size) for action in core.receive(data[start : start + size])
    ]
    assert all(isinstance(action, Send) for action in actions)
    return b"".join(action.data for action in actions if isinstance(action, Send))
