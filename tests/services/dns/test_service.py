"""The service over sockets, with dnspython's client and resolver."""

from __future__ import annotations

import imaplib
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.inet
import dns.message
import dns.query
import dns.resolver
import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.errors import SettingsError
from sandbox.journal import Crashed, Fact
from sandbox.settings import load_mapping
from tests.conftest import Serve, check_clean
from tests.services.dns.world import answers

HOSTS = {
    "www.example.org": ["192.0.2.1", "2001:db8::1"],
    "long.example.org": {"txt": [f"{number:03}" * 70 for number in range(12)]},
    "nothing.example.org": False,
}


def port(background: BackgroundEngine, listener: str = "main") -> int:
    """The one port of UDP and TCP."""
    ports = background.call(
        lambda world: {
            end.port for end in world.endpoints if (end.service, end.listener) == ("dns", listener)
        }
    )
    (found,) = ports
    return int(found)


def resolver(background: BackgroundEngine) -> dns.resolver.Resolver:
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = ["127.0.0.1"]
    made.port = port(background)
    made.lifetime = 5
    return made


def test_both_transports_on_one_port(serve: Serve) -> None:
    sandbox = serve(dns={}, hosts=HOSTS)
    query = dns.message.make_query("www.example.org", "A")
    for ask in (dns.query.udp, dns.query.tcp):
        assert answers(ask(query, "127.0.0.1", 5, port(sandbox))) == ["192.0.2.1"]


def test_over_ipv6(serve: Serve) -> None:
    sandbox = serve(dns={"host": "::1"}, hosts=HOSTS)
    query = dns.message.make_query("www.example.org", "AAAA")
    for ask in (dns.query.udp, dns.query.tcp):
        assert answers(ask(query, "::1", 5, port(sandbox))) == ["2001:db8::1"]


def test_over_tls(serve: Serve, state_directory: Path) -> None:
    sandbox = serve(dns={"listeners": {"dot": {"tls": "implicit"}}}, hosts=HOSTS)
    context = sandbox.call(lambda world: ssl.create_default_context(cafile=str(world.authority.certificate)))
    query = dns.message.make_query("www.example.org", "A")
    response = dns.query.tls(
        query, "127.0.0.1", 5, port(sandbox, "dot"), ssl_context=context, server_hostname="dns.example.org"
    )
    assert answers(response) == ["192.0.2.1"]


def test_over_a_unix_domain_socket(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "dns.sock"
    serve(dns={"listeners": {"local": {"path": str(path)}}}, hosts=HOSTS)
    query = dns.message.make_query("www.example.org", "A").to_wire(prepend_length=True)
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(query)
        assert answers(dns.message.from_wire(client.recv(1000)[2:])) == ["192.0.2.1"]


def test_a_resolver(serve: Serve) -> None:
    asking = resolver(serve(dns={}, hosts=HOSTS))
    assert [rdata.address for rdata in asking.resolve("www.example.org", "A")] == ["192.0.2.1"]
    assert asking.resolve_address("192.0.2.1")[0].target.to_text() == "www.example.org."
    assert asking.resolve("long.example.org", "TXT").response.flags & dns.flags.TC == 0  # asked again by TCP
    with pytest.raises(dns.resolver.NXDOMAIN):
        asking.resolve("nothing.example.org", "A")
    with pytest.raises(dns.resolver.NoAnswer):
        asking.resolve("www.example.org", "TXT")
    assert dns.resolver.zone_for_name("a.b.example.net", resolver=asking).to_text() == "example.net."


def test_a_mail_server_is_found_where_it_is(serve: Serve) -> None:
    asking = resolver(serve(dns={}, imap={}))
    (location,) = asking.resolve("_imap._tcp.sandbox.test", "SRV")
    (address,) = asking.resolve(location.target, "A")
    with imaplib.IMAP4(address.address, location.port, timeout=5) as imap:
        assert imap.login("ann", "any password")[0] == "OK"
    assert [rdata.port for rdata in asking.resolve("_imap._tcp.example.org", "SRV")] == [143]
    with pytest.raises(dns.resolver.NoAnswer):
        asking.resolve("_pop3._tcp.example.org", "SRV")


def test_a_redirected_client_is_told_the_logical_port() -> None:
    configuration = load_mapping({"services": {"dns": {}, "imap": {"port": 2143}}}, REGISTRY)
    with BackgroundEngine(Engine(configuration, free_ports=True)) as sandbox:
        (location,) = resolver(sandbox).resolve("_imap._tcp.sandbox.test", "SRV")
        assert location.port == 2143
        assert sandbox.endpoint("imap").port != 2143


def test_many_questions_on_one_connection(serve: Serve) -> None:
    sandbox = serve(dns={}, hosts=HOSTS)
    queries = [dns.message.make_query(f"h{number}.example.org", "A") for number in range(100)]
    with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=5) as client:
        client.sendall(b"".join(query.to_wire(prepend_length=True) for query in queries))
        for query in queries:
            response, _ = dns.query.receive_tcp(client)
            assert query.is_response(response)


def test_facts(serve: Serve) -> None:
    sandbox = serve(dns={}, hosts=HOSTS)
    dns.query.udp(dns.message.make_query("nothing.example.org", "MX"), "127.0.0.1", 5, port(sandbox))
    fact = sandbox.wait_for(lambda entry: isinstance(entry.event, Fact)).event
    assert isinstance(fact, Fact)
    assert (fact.service, fact.name) == ("dns", "question.answered")
    assert fact.details == {"name": "nothing.example.org", "type": "MX", "rcode": "NXDOMAIN", "answers": []}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_our_own_failure_is_answered(monkeypatch: pytest.MonkeyPatch, transport: str) -> None:
    from sandbox.services.dns.zone import Zone

    def fails(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with BackgroundEngine(Engine.from_mapping({"services": {"dns": {"port": 0}}})) as sandbox:
        ask = getattr(dns.query, transport)
        query = dns.message.make_query("www.example.org", "A")
        with monkeypatch.context() as patched:
            patched.setattr(Zone, "find", fails)
            response = ask(query, "127.0.0.1", 5, port(sandbox))
        assert answers(response) == ["SERVFAIL"]
        crash = sandbox.wait_for(lambda entry: isinstance(entry.event, Crashed)).event
        assert isinstance(crash, Crashed)
        assert "a mistake of ours" in crash.traceback
        assert len(answers(ask(query, "127.0.0.1", 5, port(sandbox)))) == 1
    check_clean(sandbox)


def test_the_library_is_loaded_after_the_start() -> None:
    code = """
import asyncio, sys
from sandbox.engine import Engine

async def main():
    async with Engine.from_mapping({"services": {"dns": {"port": 0}}}) as sandbox:
        print("dns.message" in sys.modules)
        await sandbox.warm()
        print("dns.message" in sys.modules)

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.split() == ["False", "True"]


def test_well_known_ports() -> None:
    def expected(table: dict[str, Any]) -> dict[tuple[str, int], str]:
        services = load_mapping({"services": {"dns": table}}, REGISTRY).services
        return dict(services["dns"].expected_listeners())

    assert expected({}) == {("tcp", 53): "main", ("udp", 53): "main"}
    assert expected({"listeners": {"dot": {"tls": "implicit"}}})["tcp", 853] == "dot"
    assert ("udp", 853) not in expected({"listeners": {"dot": {"tls": "implicit"}}})
    assert expected({"tls": "implicit", "listeners": {"plain": {}}}) == {
        ("tcp", 53): "plain",
        ("udp", 53): "plain",
        ("tcp", 853): "main",
    }


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"tls": "starttls"}, "services.dns.tls: Input should be 'none' or 'implicit', not 'starttls'"),
        ({"max_datagram": 100}, "services.dns.max_datagram: Input should be greater than or equal to 512"),
        ({"ttl": -1}, "services.dns.ttl: Input should be greater than or equal to 0"),
        ({"listeners": {"x": {"port": 2053}}}, "127.0.0.1:2053 is taken already by services.dns.port"),
    ],
)
def test_mistakes(table: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_mapping({"services": {"dns": table}}, REGISTRY)
    assert told in str(caught.value)
