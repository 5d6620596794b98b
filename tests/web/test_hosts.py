"""Whoever asks, asks us by a name that is ours, and is no page of another site."""

from __future__ import annotations

import http.client
from contextlib import closing

import pytest

from sandbox.web.hosts import Hosts
from tests.conftest import raw_client, read_until
from tests.web.conftest import Control


@pytest.mark.parametrize(
    "authority",
    [
        "localhost",
        "LocalHost:8025",
        "api.localhost",
        "127.0.0.1:8025",
        "127.8.9.1",
        "[::1]:8025",
        "192.0.2.1",
        "[2001:db8::1]:80",
        "box",
        "box.:1",
    ],
)
def test_our_names(authority: str) -> None:
    assert Hosts(["Box"]).knows(authority)


@pytest.mark.parametrize(
    "authority",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "a@localhost",
        "[::1",
        "10.0.0.1/x",
    ],
)
def test_names_that_are_not_ours(authority: str) -> None:
    assert not Hosts(["box"]).knows(authority)


@pytest.mark.parametrize(
    ("origin", "authority", "ours"),
    [
        ("http://localhost:3000", "127.0.0.1:8025", True),
        ("http://192.0.2.1:3000", "192.0.2.1:8025", True),
        ("http://[::1]:3000", "localhost", True),
        ("http://192.0.2.1", "127.0.0.1:8025", False),
        ("http://192.0.2.1", "192.0.2.2", False),
        ("http://", "", False),
    ],
)
def test_pages_that_are_ours(origin: str, authority: str, ours: bool) -> None:
    assert Hosts([]).is_origin(origin, authority) is ours


def test_a_rebound_name_is_refused(control: Control) -> None:
    answer = control.ask("/sandbox/v1/mail", Host="evil.example:8025")
    assert (answer.status, answer.headers.get_content_type()) == (421, "application/problem+json")
    assert control.ask("/api/v1/messages", Host="evil.example").status == 421
    assert control.ask("/sandbox/v1/mail", Host="sandbox").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "file://", "chrome-extension://localhost"])
def test_pages_of_other_sites_are_refused(control: Control, origin: str) -> None:
    assert control.ask("/sandbox/v1/reset", "POST", Origin=origin).status == 403


def test_our_own_pages_may_ask_but_others_cannot_read(control: Control) -> None:
    answer = control.ask("/sandbox/v1/mail", Origin="http://localhost:3000")
    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_host_or_two_of_them(control: Control) -> None:
    for fields in (b"", b"Host: localhost\r\nHost: localhost\r\n"):
        with raw_client(control.sandbox, "control") as sock:
            sock.sendall(b"GET /livez HTTP/1.1\r\n" + fields + b"Connection: close\r\n\r\n")
            assert b" 400 Bad Request" in read_until(sock, b"nothing ends so")


@pytest.mark.parametrize(("authority", "status"), [("localhost", 200), ("evil.example", 421)])
def test_a_whole_url_counts_more_than_the_host_field(control: Control, authority: str, status: int) -> None:
    endpoint = control.sandbox.endpoint("control")
    assert endpoint.host is not None
    assert endpoint.port is not None
    with closing(http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=10)) as connection:
        connection.request("GET", f"http://{authority}/healthz", headers={"Host": "localhost"})
        assert connection.getresponse().status == status
