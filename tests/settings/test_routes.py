"""Routes in the configuration: read, told wrong, and put in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import REGISTRY
from sandbox.errors import SettingsError
from sandbox.settings import RouteKey, load_file, load_mapping, normal_host, routes_of


@pytest.mark.parametrize(
    ("text", "host", "port", "transport"),
    [
        ("smtp.example.com:587", "smtp.example.com", 587, None),
        ("SMTP.Example.COM.:25", "smtp.example.com", 25, None),
        ("127.0.0.5:80", "localhost", 80, None),
        ("[::1]:80", "localhost", 80, None),
        ("[2001:DB8::1]:80/tcp", "2001:db8::1", 80, "tcp"),
        ("*.example.com:80", "*.example.com", 80, None),
        ("localhost:6789/udp", "localhost", 6789, "udp"),
        ("почта.рф:25", "xn--80a1acny.xn--p1ai", 25, None),
    ],
)
def test_a_key_is_read(text: str, host: str, port: int, transport: str | None) -> None:
    assert RouteKey.parse(text) == RouteKey(host, port, transport)


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":80", "host:0", "host:70000", "host:80/sctp", "::1:80"]
)
def test_a_key_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        RouteKey.parse(text)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "localhost", "LOCALHOST.", "127.3.2.1", "::ffff:127.0.0.1"]
)
def test_this_host_has_one_spelling(host: str) -> None:
    assert normal_host(host) == "localhost"


def rows(data: dict[str, Any], **options: Any) -> list[tuple[str, str, int, str]]:
    configuration = load_mapping(data, REGISTRY, **options)
    return [
        (row.transport, row.host, row.port, str(row.target))
        for row in routes_of(configuration.general.routes, configuration.services)
    ]


def test_the_most_particular_comes_first() -> None:
    routes = {"*:25": "smtp.other", "*.example.com:25": "smtp", "mail.example.com:25": "smtp.other"}
    smtp = {"port": 2025, "listeners": {"other": {"port": 0}}}
    assert rows({"routes": routes, "services": {"smtp": smtp}}) == [
        ("tcp", "mail.example.com", 25, "smtp.other"),
        ("tcp", "localhost", 2025, "smtp.main"),
        ("tcp", "*.example.com", 25, "smtp.main"),
        ("tcp", "*", 25, "smtp.other"),
        ("tcp", "*", 25, "smtp.main"),
        ("tcp", "*", 587, "smtp.main"),
    ]


def test_a_service_is_met_at_its_port_with_the_tls_that_belongs_there() -> None:
    imap = {"port": 0, "listeners": {"secret": {"port": 0, "tls": "implicit"}}}
    routes = {"mail.corp:993": "imap", "mail.corp:1143": "imap"}
    found = rows({"routes": routes, "services": {"imap": imap}})
    assert found[:2] == [
        ("tcp", "mail.corp", 993, "imap.secret"),
        ("tcp", "mail.corp", 1143, "imap.main"),
    ]
    assert ("tcp", "*", 993, "imap.secret") in found


def test_a_behaviour_without_a_listener_gets_one() -> None:
    services = {"smtp": {"port": 0}}
    assert rows({"routes": {"10.0.0.1:7000": "chat"}, "services": services})[0] == (
        "tcp",
        "10.0.0.1",
        7000,
        "tcp.chat",
    )


def test_a_behaviour_of_both_transports_answers_on_both_unless_one_is_named() -> None:
    services = {"smtp": {"port": 0}}
    both = rows({"routes": {"10.0.0.1:7000": "upper"}, "services": services})[:2]
    assert {row[0] for row in both} == {"tcp", "udp"}
    one = rows({"routes": {"10.0.0.1:7000/udp": "upper"}, "services": services})
    assert [row for row in one if row[1] == "10.0.0.1"] == [("udp", "10.0.0.1", 7000, "udp.upper")]


def test_a_listener_goes_before_a_behaviour_of_its_name() -> None:
    services = {"tcp": {"listeners": {"upper": {"behaviour": "reverse", "port": 0}}}}
    found = rows({"routes": {"10.0.0.1:7000": "upper"}, "services": services})
    assert found == [("tcp", "10.0.0.1", 7000, "tcp.upper")]


def test_routes_of_the_command_line() -> None:
    services = {"tcp": {"listeners": {"echo": {"behaviour": "echo", "port": 0}}}}
    assert rows({"services": services}, routes=["h:80=echo"])[0] == ("tcp", "h", 80, "tcp.echo")


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(
        '[hosts]\na = 5\nb = "1.2.3"\n[routes]\n"x" = "smtp"\n"h:25" = "smpt"\n"h:26" = "reverze"\n[services.smtp]\n'
    )
    with pytest.raises(SettingsError) as caught:
        load_file(file, REGISTRY, routes=["h:80"])
    told = [(problem.where.replace(str(file), ""), problem.key) for problem in caught.value.problems]
    assert [(where.rpartition(":")[2], key) for where, key in told[:-1]] == [
        ("2", "hosts.a"),
        ("3", "hosts.b.addresses"),
        ("5", "routes.x"),
        ("6", "routes.h:25"),
        ("7", "routes.h:26"),
    ]
    assert told[-1] == ("--route h:80", "")
    assert "did you mean 'smtp'?" in str(caught.value.problems[3])


@pytest.mark.parametrize("tcp", [5, {"listeners": 5}])
def test_a_route_does_not_hide_that_its_service_is_wrong(tcp: object) -> None:
    with pytest.raises(SettingsError, match=r"services\.tcp"):
        rows({"routes": {"h:80": "echo"}, "services": {"tcp": tcp}})


def test_a_route_to_what_only_excludes_is_no_mistake() -> None:
    data = {"routes": {"h:26": "smtp"}, "services": {"smtp": {}, "pop3": {"port": 0}}}
    assert rows(data, only=["pop3"]) == [("tcp", "*", 110, "pop3.main")]
