"""What is answered for each type and each kind of name."""

from __future__ import annotations

import dns.message
import dns.reversename
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sandbox.services.dns.reverse import read_reverse
from tests.services.dns.world import World, answers, rows


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("web.example.org", "A", ["192.0.2.1"]),
        ("web.example.org", "AAAA", ["2001:db8::1"]),
        ("example.org", "AAAA", []),
        ("www.example.org", "A", ["web.example.org.", "192.0.2.1"]),
        ("www.example.org", "CNAME", ["web.example.org."]),
        ("www.example.org", "MX", ["web.example.org.", "10 web.example.org."]),
        ("astray.example.org", "A", ["NXDOMAIN", "gone.example.org."]),
        ("gone.example.org", "A", ["NXDOMAIN"]),
        ("anything.invalid", "TXT", ["NXDOMAIN"]),
        ("_imap._tcp.gone.example.org", "SRV", ["NXDOMAIN"]),
        ("one.circle.example", "A", ["SERVFAIL"]),
        ("example.org", "MX", ["5 mail.example.org.", "10 backup.example.net."]),
        ("silent.example.org", "MX", ["0 ."]),
        ("nomail.example.org", "MX", []),
        ("other.example", "MX", ["10 other.example."]),
        ("example.org", "TXT", ['"v=spf1 mx -all"', '"quotes \\" and \\\\, snow \\226\\152\\131"']),
        ("other.example", "TXT", []),
        ("a.wild.example.org", "A", ["192.0.2.77"]),
        ("a.b.wild.example.org", "TXT", ['"wild"']),
        ("_imap._tcp.example.org", "SRV", ["0 5 143 imap.example.org."]),
        ("_pop3._tcp.example.org", "SRV", []),
        ("_IMAP._TCP.other.example", "SRV", ["0 0 143 other.example."]),
        ("_imap._tcp.bare.example", "SRV", []),
        ("_imap._udp.other.example", "SRV", []),
        ("_imap._tcp", "SRV", []),
        ("other.example", "SRV", []),
        ("_imap._tcp.other.example", "A", []),
        ("_dmarc.other.example", "MX", []),
        ("example.org", "NS", ["ns1.example.org."]),
        ("other.example", "NS", ["sandbox.test."]),
        ("www.other.example", "NS", []),
        ("shop.co.uk", "NS", ["sandbox.test."]),
        ("www.shop.co.uk", "NS", []),
        (".", "NS", ["sandbox.test."]),
        (".", "A", []),
        ("example.org", "SOA", ["ns1.example.org. hostmaster.example.org. 7 3600 600 604800 30"]),
        ("sub.example.org", "SOA", ["ns.sub.example.org. ann.example.org. 1 3600 600 604800 60"]),
        ("other.example", "SOA", ["sandbox.test. hostmaster.other.example. 1 3600 600 604800 60"]),
        (".", "SOA", ["sandbox.test. hostmaster. 1 3600 600 604800 60"]),
        ("example.org", "ANY", ['"RFC8482" ""']),
        ("www.example.org", "ANY", ['"RFC8482" ""']),
        ("example.org", "HTTPS", []),
        ("example.org", "TYPE65280", []),
        ("localhost", "A", ["127.0.0.1"]),
        ("deep.LOCALHOST", "AAAA", ["::1"]),
        ("localhost", "MX", []),
        ("_imap._tcp.localhost", "SRV", []),
        ("sandbox.test", "A", ["127.0.0.1"]),
        ("sandbox.test", "MX", ["10 sandbox.test."]),
        ("192.0.2.1", "A", ["NXDOMAIN"]),
        ("127.0.0.1", "A", ["NXDOMAIN"]),
        ("\\:\\:1", "AAAA", ["NXDOMAIN"]),
        ("1.2.0.192.in-addr.arpa", "PTR", ["web.example.org."]),
        ("9.2.0.192.in-addr.arpa", "PTR", ["NXDOMAIN"]),
        ("2.0.192.IN-ADDR.arpa", "PTR", []),
        ("in-addr.arpa", "PTR", []),
        ("300.2.0.192.in-addr.arpa", "PTR", ["NXDOMAIN"]),
        ("x.in-addr.arpa", "PTR", ["NXDOMAIN"]),
        ("5.1.2.0.192.in-addr.arpa", "PTR", ["NXDOMAIN"]),
        ("d.f.ip6.arpa", "PTR", []),
        ("dd.f.ip6.arpa", "PTR", ["NXDOMAIN"]),
        ("1.0.0.127.in-addr.arpa", "PTR", ["localhost."]),
        ("web.example.org", "PTR", []),
    ],
)
def test_answers(name: str, kind: str, told: list[str]) -> None:
    assert answers(World().look_up(name, kind)) == told


def test_a_made_up_address_leads_back_to_its_name() -> None:
    world = World()
    for kind in ("A", "AAAA"):
        (address,) = answers(world.look_up("mail.somewhere.example", kind))
        reverse = dns.reversename.from_address(address).to_text()
        assert answers(world.look_up(reverse, "PTR")) == ["mail.somewhere.example."]


def test_what_is_not_there_is_told_with_the_start_of_its_zone() -> None:
    world = World()
    for name, kind, zone in (
        ("gone.example.org", "A", "example.org."),
        ("example.org", "AAAA", "example.org."),
        ("x.sub.example.org", "TXT", "sub.example.org."),
        ("astray.example.org", "A", "example.org."),
        ("www.example.org", "TXT", "example.org."),
        ("a.b.other.example", "TXT", "other.example."),
        ("www.shop.co.uk", "TXT", "shop.co.uk."),
        ("192.0.2.1", "A", "."),
        ("9.2.0.192.in-addr.arpa", "PTR", "in-addr.arpa."),
    ):
        (rrset,) = world.look_up(name, kind).authority
        assert (rrset.name.to_text(), rrset[0].rdtype.name) == (zone, "SOA")
    assert world.look_up("gone.example.org").authority[0].ttl == 30  # the lesser of ttl and minimum
    assert world.look_up("web.example.org").authority == []


def test_how_long_answers_last() -> None:
    world = World()
    assert world.look_up("example.org").answer[0].ttl == 3600
    assert world.look_up("web.example.org").answer[0].ttl == 60


def test_the_addresses_of_named_hosts_come_along() -> None:
    world = World()
    assert rows(world.look_up("web.example.org", "MX").additional) == [
        "web.example.org. A 192.0.2.1",
        "web.example.org. AAAA 2001:db8::1",
    ]
    assert rows(world.look_up("other.example", "NS").additional) == [
        "sandbox.test. A 127.0.0.1",
        "sandbox.test. AAAA ::1",
    ]
    assert world.look_up("silent.example.org", "MX").additional == []


def test_long_texts_are_cut_into_strings() -> None:
    query = dns.message.make_query("long.example.org", "TXT")
    (rrset,) = World().ask(query, datagram=False).answer
    assert [list(map(len, rdata.strings)) for rdata in rrset] == [[255, 45], [255, 255, 255, 135]]


def test_a_name_that_cannot_be_said_in_dns_is_left_out() -> None:
    world = World()
    addresses = world.names.addresses("two words" + "x" * 300)
    assert addresses is not None
    response = world.look_up(dns.reversename.from_address(addresses[0]).to_text(), "PTR")
    assert answers(response) == []


@given(some.ip_addresses(v=4) | some.ip_addresses(v=6, network="fd00::/8"))
def test_reverse_names(address: object) -> None:
    name = dns.reversename.from_address(str(address)).to_text(omit_final_dot=True)
    assert read_reverse(name) == str(address)
    assert read_reverse(name.upper()) == str(address)
    assert read_reverse(name.partition(".")[2]) == ""
