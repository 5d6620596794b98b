"""The hook's names are the sandbox' own, though they share no code."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.addressing import Names, Routes
from sandbox.redirection.hook.sandbox_shim import hosts
from sandbox.redirection.hook.sandbox_shim import routes as hook_routes
from sandbox.settings import HostSettings, Route, Target
from sandbox.settings.routes import normal_host

TABLE: dict[str, list[str] | None] = {
    "www.onego.ru": ["195.161.136.4"],
    "*.example.net": ["10.0.0.1", "2001:db8::1"],
    "*.gone.example.net": None,
    "*.invalid": None,
    "made.up.invalid": [],
}
SETTINGS = {
    name: HostSettings(exists=False) if addresses is None else HostSettings(addresses=tuple(addresses))
    for name, addresses in TABLE.items()
}
HOSTS = [
    "www.python.org", "WWW.Python.ORG.", " spaced.example ", "www.onego.ru", "a.example.net", "b.gone.example.net",
    "no.invalid", "made.up.invalid", "", ".", "localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.8.9.1", "::1",
    "::", "0.0.0.0", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "fe80::1%lo", "2001:DB8:0:0:0:0:0:1", "192.168.0.102",
    "пример.рф", "BÜCHER.example", "ß.example", "\udcff.example", "x" * 64 + ".example", "a..b", "8.8.8.8", "1and1.com",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS, ids=ascii)
def test_one_by_one(host: str, tmp_path: Path) -> None:
    ours, theirs = Names(SETTINGS), hosts.Names(TABLE, str(tmp_path))
    assert hosts.normal_host(host) == normal_host(host)
    name = normal_host(host)
    assert theirs.addresses(name) == ours.addresses(host)
    for address in ours.addresses(host) or ():
        assert theirs.name_of(hosts.normal_host(address)) == ours.name_of(address)


# A name that begins with a digit may be an address in a short form, which only the hook has to know.
NAME = st.text("abcxyz019-_.", min_size=1, max_size=12).map("n{}".format)


@settings(max_examples=50)
@given(st.lists(NAME, max_size=20))
def test_many(names: list[str]) -> None:
    ours, theirs = Names(SETTINGS), hosts.Names(TABLE, os.devnull)
    for name in names:
        assert theirs.addresses(hosts.normal_host(name)) == ours.addresses(name)


def test_two_names_never_share_an_address_in_any_process(tmp_path: Path) -> None:
    by_number: dict[int, str] = {}
    for name in (f"h{number}.example" for number in itertools.count()):
        other = by_number.setdefault(crc32(name.encode()) % hosts.USABLE, name)
        if other != name:
            break
    one, two = hosts.Names(TABLE, str(tmp_path)), hosts.Names(TABLE, str(tmp_path))
    first, second = one.addresses(other), two.addresses(name)
    assert first is not None
    assert second is not None
    assert not set(first) & set(second)
    assert [one.name_of(second[0]), two.name_of(first[1])] == [name, other]
    assert hosts.Names(TABLE, str(tmp_path)).addresses(name) == second


def test_routes_and_advice_are_the_same(tmp_path: Path) -> None:
    rows = [
        Route("tcp", "192.168.0.102", 5566, Target("tcp", "time")),
        Route("tcp", "www.onego.ru", 80, Target("http", "onego")),
        Route("tcp", "*.example.net", 25, Target("smtp", "inner")),
        Route("tcp", "*", 25, Target("smtp", "main")),
        Route("udp", "localhost", 6789, Target("udp", "echo")),
    ]
    ours = Routes(Names(SETTINGS), rows, lambda: {110: "pop3"})
    table = {
        "hosts": TABLE,
        "routes": [(row.transport, row.host, row.port, "127.0.0.1", 1, str(row.target)) for row in rows],
        "wanted": {"110": "pop3"},
        "allow": [],
        "names": str(tmp_path),
        "bound": str(tmp_path),
        "addresses": str(tmp_path / "addresses"),
        "log": str(tmp_path / "log"),
    }
    theirs = hook_routes.Routes(table)
    for transport, host, port in itertools.product(
        ("tcp", "udp"),
        ("195.161.136.4", "a.example.net", "localhost", "192.168.0.102", "2001:db8::2"),
        (25, 80, 110, 5566, 6789),
    ):
        found = ours.find(transport, host, port)  # type: ignore[arg-type]
        verdict = theirs.find(transport, host, port)[0]
        expected = "mapped" if found else "passed" if host == "localhost" else "refused"
        assert (transport, host, port, verdict) == (transport, host, port, expected)
        assert theirs.advice(transport, host, port) == ours.advice(transport, host, port)  # type: ignore[arg-type]
