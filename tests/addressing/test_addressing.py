"""Names and routes: stable addresses, and back from an address to whoever answers there."""

from __future__ import annotations

import ipaddress
import itertools
from zlib import crc32

from sandbox.addressing import Names, Routes
from sandbox.addressing.names import IPV4_NETWORK, IPV6_NETWORK
from sandbox.settings import HostSettings, Route, Target

HOSTS = {
    "www.onego.ru": HostSettings(addresses=("195.161.136.4",)),
    "nosuch.example.org": HostSettings(exists=False),
    "*.example.net": HostSettings(addresses=("10.0.0.1",)),
    "*.gone.example.net": HostSettings(exists=False),
}


def test_a_name_keeps_its_address() -> None:
    first, second = Names({}).addresses("www.python.org"), Names({}).addresses("WWW.Python.org.")
    assert first == second
    assert first is not None
    four, six = map(ipaddress.ip_address, first)
    assert four in IPV4_NETWORK
    assert six in IPV6_NETWORK


def test_two_names_never_share_an_address() -> None:
    usable = IPV4_NETWORK.num_addresses - 2
    names = (f"h{number}.example" for number in itertools.count())
    by_number: dict[int, str] = {}
    for name in names:
        other = by_number.setdefault(crc32(name.encode()) % usable, name)
        if other != name:
            break
    table = Names({})
    one, two = table.addresses(other), table.addresses(name)
    assert one is not None
    assert two is not None
    assert not set(one) & set(two)
    assert [table.name_of(one[0]), table.name_of(two[1])] == [other, name]


def test_what_is_configured() -> None:
    names = Names(HOSTS)
    assert names.name_of("195.161.136.4") == "www.onego.ru"
    assert names.addresses("www.onego.ru") == ("195.161.136.4",)
    assert names.addresses("nosuch.example.org") is None
    assert names.addresses("a.example.net") == ("10.0.0.1",)
    assert names.addresses("b.gone.example.net") is None
    assert names.addresses("anything.invalid") is None
    assert names.addresses("") == names.addresses("localhost") == ("127.0.0.1", "::1")
    assert names.addresses("192.0.2.7") == ("192.0.2.7",)
    assert names.name_of("127.0.0.1") == "localhost"
    assert names.name_of("192.0.2.7") is None


ROWS = (
    Route("tcp", "192.168.0.102", 5566, Target("tcp", "time")),
    Route("tcp", "www.onego.ru", 80, Target("http", "onego")),
    Route("tcp", "*.example.net", 25, Target("smtp", "inner")),
    Route("tcp", "*", 25, Target("smtp", "main")),
    Route("udp", "localhost", 6789, Target("udp", "echo")),
)


def test_routes_are_found_by_name_and_by_address() -> None:
    names = Names(HOSTS)
    routes = Routes(names, ROWS)
    assert routes.find("tcp", "195.161.136.4", 80) == Target("http", "onego")
    assert routes.find("tcp", "192.168.0.102", 5566) == Target("tcp", "time")
    assert routes.find("udp", "192.168.0.102", 5566) is None
    assert routes.find("tcp", "a.example.net", 25) == Target("smtp", "inner")
    assert routes.find("tcp", "example.net", 25) == Target("smtp", "main")
    assert routes.find("udp", "127.0.0.1", 6789) == Target("udp", "echo")
    addresses = names.addresses("mail.example.com")
    assert addresses is not None
    assert all(routes.find("tcp", address, 25) == Target("smtp", "main") for address in addresses)


def test_who_goes_nowhere_is_told_how_to_get_somewhere() -> None:
    routes = Routes(Names(HOSTS), ROWS, lambda: {110: "pop3"})
    assert routes.advice("tcp", "195.161.136.4", 110) == (
        "nothing answers at www.onego.ru:110 (TCP); that is a port of pop3: add [services.pop3] to the configuration"
    )
    assert "--route [2001:db8::1]:9/udp=echo" in routes.advice("udp", "2001:db8::1", 9)


def test_an_alias_has_the_addresses_of_what_it_stands_for() -> None:
    names = Names(
        HOSTS
        | {
            "alias.example.org": HostSettings(cname="www.onego.ru."),
            "again.example.org": HostSettings(cname="alias.example.org."),
            "made.example.org": HostSettings(cname="up.example.org."),
            "gone.example.org": HostSettings(cname="nosuch.example.org."),
            "here.example.org": HostSettings(cname="localhost."),
            "one.example.org": HostSettings(cname="two.example.org."),
            "two.example.org": HostSettings(cname="one.example.org."),
        }
    )
    assert names.addresses("again.example.org") == ("195.161.136.4",)
    assert names.name_of("195.161.136.4") == "www.onego.ru"
    assert names.addresses("made.example.org") == names.addresses("up.example.org")
    assert names.addresses("gone.example.org") is None
    assert names.addresses("here.example.org") == ("127.0.0.1", "::1")
    assert names.addresses("one.example.org") is None


def test_this_machine_is_on_loopback() -> None:
    names = Names({}, "Sandbox.Test")
    assert names.addresses("sandbox.test") == ("127.0.0.1", "::1")
    assert names.name_of("127.0.0.1") == "localhost"
    elsewhere = Names({"sandbox.test": HostSettings(addresses=("192.0.2.1",))}, "sandbox.test")
    assert elsewhere.addresses("sandbox.test") == ("192.0.2.1",)
