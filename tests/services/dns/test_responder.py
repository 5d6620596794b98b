"""Messages: flags, EDNS, truncation, and everything that is refused."""

from __future__ import annotations

import struct
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.tsigkeyring
import dns.update
import pytest

from tests.services.dns.world import World, answers


@pytest.fixture
def world() -> World:
    return World()


def test_flags(world: World) -> None:
    flags = dns.flags
    query = dns.message.make_query("example.org", "A")
    assert world.ask(query).flags == flags.QR | flags.AA | flags.RD | flags.RA
    query.flags = flags.CD
    assert world.ask(query).flags == flags.QR | flags.AA | flags.RA | flags.CD


def test_letters_keep_their_case(world: World) -> None:
    query = dns.message.make_query("eXaMpLe.OrG", "MX")
    wire = world.octets(query.to_wire())
    assert wire is not None
    assert wire.count(b"\x07eXaMpLe\x03OrG") == 1  # once, and pointed to from then on
    assert b"example" not in wire.replace(b"\x06backup\x07example", b"")
    assert world.facts[-1][1]["name"] == "eXaMpLe.OrG"


def test_edns_is_answered_with_edns(world: World) -> None:
    assert world.look_up("example.org").edns == -1
    response = world.look_up("example.org", use_edns=0, payload=4096, want_dnssec=True)
    assert (response.edns, response.payload, response.ednsflags) == (0, 1232, dns.flags.DO)


def test_options_nobody_knows_are_ignored(world: World) -> None:
    options = [dns.edns.GenericOption(10, b"\x01" * 8), dns.edns.GenericOption(65001, b"")]
    response = world.look_up("web.example.org", use_edns=0, options=options)
    assert answers(response) == ["192.0.2.1"]


def test_an_edns_version_of_the_future(world: World) -> None:
    response = world.look_up("example.org", use_edns=1)
    assert (response.rcode(), response.edns, response.answer) == (dns.rcode.BADVERS, 0, [])


@pytest.mark.parametrize(
    ("payload", "limit", "truncated"),
    [(None, 1232, True), (100, 1232, True), (512, 1232, True), (1232, 1232, True), (4096, 4096, False)],
)
def test_what_is_too_long_is_truncated(payload: int | None, limit: int, truncated: bool) -> None:
    options: dict[str, Any] = {} if payload is None else {"use_edns": 0, "payload": payload}
    query = dns.message.make_query("long.example.org", "TXT", **options)
    response = World(limit).ask(query)
    assert bool(response.flags & dns.flags.TC) == truncated
    assert len(response.to_wire()) <= max(512, min(payload or 0, limit))
    assert not World(limit).ask(query, datagram=False).flags & dns.flags.TC


@pytest.mark.parametrize("kind", ["AXFR", "IXFR"])
def test_zones_are_not_transferred(world: World, kind: str) -> None:
    response = world.look_up("example.org", kind)
    assert (response.rcode(), response.flags & dns.flags.AA) == (dns.rcode.REFUSED, 0)
    assert world.facts == [("question.refused", {"rcode": "REFUSED", "reason": "a zone transfer"})]


@pytest.mark.parametrize("rdclass", ["CH", "HS", "ANY", "NONE", "CLASS4711"])
def test_other_classes(world: World, rdclass: str) -> None:
    response = world.look_up("version.bind", "TXT", rdclass=rdclass)
    assert response.rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("opcode", [1, 2, 4, 5, 6, 15])
def test_other_operations(world: World, opcode: int) -> None:
    query = bytearray(dns.message.make_query("example.org", "SOA").to_wire())
    query[2] |= opcode << 3
    wire = world.octets(bytes(query))
    assert wire is not None
    assert wire[:2] == query[:2]
    assert (wire[2] >> 3 & 15, wire[3] & 15, len(wire)) == (opcode, dns.rcode.NOTIMP, 12)


def test_an_update(world: World) -> None:
    update = dns.update.UpdateMessage("example.org")
    update.add("new", 300, "A", "192.0.2.9")
    wire = world.octets(update.to_wire())
    assert wire is not None
    assert wire[3] & 15 == dns.rcode.NOTIMP


def test_signed_queries(world: World) -> None:
    query = dns.message.make_query("example.org", "A")
    query.use_tsig(dns.tsigkeyring.from_text({"key.": "c2VjcmV0"}))
    wire = world.octets(query.to_wire())
    assert wire is not None
    assert wire[3] & 15 == dns.rcode.NOTAUTH


QUESTION = b"\x07example\x03org\x00\x00\x01\x00\x01"


@pytest.mark.parametrize(
    ("counts", "rest"),
    [
        ((0, 0, 0, 0), b""),
        ((2, 0, 0, 0), QUESTION + QUESTION),
        ((1, 0, 0, 0), b""),
        ((1, 0, 0, 0), QUESTION[:-1]),
        ((1, 0, 0, 0), QUESTION + b"junk"),
        ((1, 0, 0, 1), QUESTION),
        ((1, 65535, 65535, 65535), QUESTION),
        ((1, 0, 0, 0), b"\xc0\x0c\x00\x01\x00\x01"),
        ((1, 0, 0, 0), b"\xc0\xff\x00\x01\x00\x01"),
        ((1, 0, 0, 0), b"\x80abc\x00\x00\x01\x00\x01"),
        ((1, 0, 0, 0), b"\x3f" * 255 + b"\x00\x00\x01\x00\x01"),
        ((1, 0, 0, 1), QUESTION + b"\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x09short"),
        ((1, 0, 0, 2), QUESTION + b"\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00" * 2),
    ],
)
def test_what_cannot_be_read(world: World, counts: tuple[int, ...], rest: bytes) -> None:
    wire = world.octets(struct.pack("!6H", 4711, 0x0100, *counts) + rest)
    assert wire == struct.pack("!6H", 4711, 0x8181, 0, 0, 0, 0)  # QR, RD as it was, RA, FORMERR
    assert world.facts[-1][1]["rcode"] == "FORMERR"
    assert world.facts[-1][1]["reason"]


@pytest.mark.parametrize("length", range(12))
def test_less_than_a_header_is_not_answered(world: World, length: int) -> None:
    assert world.octets(bytes(length)) is None
    assert world.facts == [("question.refused", {"rcode": "", "reason": "too short"})]


def test_answers_are_not_answered(world: World) -> None:
    response = dns.message.make_response(dns.message.make_query("example.org", "A"))
    assert world.octets(response.to_wire()) is None


def test_facts(world: World) -> None:
    world.look_up("www.example.org")
    assert world.facts == [
        (
            "question.answered",
            {
                "name": "www.example.org",
                "type": "A",
                "rcode": "NOERROR",
                "answers": ["web.example.org.", "192.0.2.1"],
            },
        )
    ]
