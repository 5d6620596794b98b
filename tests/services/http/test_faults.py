"""Requests that go wrong: what the clients of the standard library see of it."""

from __future__ import annotations

import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sandbox.background import BackgroundEngine
from sandbox.faults import Rule
from sandbox.journal import Fact
from tests.conftest import Serve

PAGE = "/html"


def faulty(
    serve: Serve, kind: str, *, on: str = "http.get", when: Any = None, **effect: Any
) -> BackgroundEngine:
    return serve(http={}, faults=[{"on": on, "effect": {"kind": kind, **effect}, **(when or {})}])


@contextmanager
def connected(sandbox: BackgroundEngine) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("localhost", sandbox.endpoint("http").port, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def get(
    sandbox: BackgroundEngine, path: str = PAGE, method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    """An answer that was read; its body is ``body``."""
    with connected(sandbox) as connection:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        return response


def url(sandbox: BackgroundEngine, path: str = PAGE) -> str:
    return f"http://localhost:{sandbox.endpoint('http').port}{path}"


def facts(sandbox: BackgroundEngine, name: str) -> list[Fact]:
    events = sandbox.call(lambda world: [entry.event for entry in world.journal])
    return [event for event in events if isinstance(event, Fact) and event.name == name]


def test_a_status_instead(serve: Serve) -> None:
    sandbox = faulty(serve, "answer", retry_after=7, headers={"X-Why": "dice"}, when={"times": 1})
    answer = get(sandbox)
    assert (answer.status, answer.reason) == (503, "Service Unavailable")
    assert (answer.headers["Retry-After"], answer.headers["X-Why"]) == ("7", "dice")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body == b"503 Service Unavailable\n"  # type: ignore[attr-defined]
    assert get(sandbox).status == 200
    (hit,) = facts(sandbox, "fault.hit")
    assert hit.details == {"rule": "rule-1", "effect": "answer", "event": "get", "argument": "localhost/html"}
    assert [fact.details["status"] for fact in facts(sandbox, "request.answered")] == [503, 200]


def test_words_and_a_body(serve: Serve) -> None:
    sandbox = faulty(
        serve, "answer", status=499, reason="Tired", body="{}", headers={"Content-Type": "application/json"}
    )
    answer = get(sandbox)
    assert (answer.status, answer.reason, answer.headers["Content-Type"]) == (
        499,
        "Tired",
        "application/json",
    )
    assert answer.body == b"{}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("when", "method", "path", "status"),
    [
        ({}, "GET", "/get?x=1", 503),
        ({}, "POST", "/post", 200),
        ({"on": "http.*"}, "POST", "/post", 503),
        ({"on": "http.*"}, "HEAD", "/get", 503),
        ({"argument": "*/get[?]x=1"}, "GET", "/get?x=1", 503),
        ({"argument": "localhost/get"}, "GET", "/get?x=1", 200),
        ({"argument": "/x=1$/"}, "GET", "/get?x=1", 503),
        ({"user": "ann"}, "GET", "/get", 503),
        ({"user": "bob"}, "GET", "/get", 200),
    ],
)
def test_where(serve: Serve, when: dict[str, str], method: str, path: str, status: int) -> None:
    sandbox = serve(http={}, faults=[{"on": "http.get", "effect": {"kind": "answer"}} | when])
    assert get(sandbox, path, method, Authorization="Basic YW5uOngK").status == status


def test_a_truncated_body(serve: Serve) -> None:
    sandbox = faulty(serve, "truncate", octets=100)
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(sandbox)
    assert len(caught.value.partial) == 100
    assert caught.value.expected is not None


@pytest.mark.parametrize("path", ["/stream/3", PAGE])
def test_nothing_but_the_head(serve: Serve, path: str) -> None:
    sandbox = faulty(serve, "truncate")
    with pytest.raises(http.client.IncompleteRead, match="0 bytes read"):
        get(sandbox, path)


def test_what_is_short_enough_is_left_alone(serve: Serve) -> None:
    sandbox = faulty(serve, "truncate", octets=1_000_000)
    with connected(sandbox) as connection:
        for _ in range(2):
            connection.request("GET", PAGE)
            assert connection.getresponse().read().endswith(b"</html>\n")


def test_a_length_too_long(serve: Serve) -> None:
    with pytest.raises(http.client.IncompleteRead, match="10 more expected"):
        get(faulty(serve, "wrong-length"))


def test_a_length_too_long_for_urlretrieve(serve: Serve, tmp_path: Path) -> None:
    sandbox = faulty(serve, "wrong-length")
    with pytest.raises(urllib.error.ContentTooShortError):
        urllib.request.urlretrieve(url(sandbox), tmp_path / "page")


def test_a_length_too_short(serve: Serve) -> None:
    sandbox = faulty(serve, "wrong-length", by=-10, when={"times": 1})
    short, whole = get(sandbox), get(sandbox)
    assert whole.body[:-10] == short.body  # type: ignore[attr-defined]


def test_a_bad_chunk(serve: Serve) -> None:
    with pytest.raises(http.client.IncompleteRead):
        get(faulty(serve, "bad-chunk"))


def test_garbage(serve: Serve) -> None:
    with pytest.raises(http.client.BadStatusLine, match=r"What\?"):
        get(faulty(serve, "garbage"))


def test_another_protocol(serve: Serve) -> None:
    with pytest.raises(http.client.UnknownProtocol):
        get(faulty(serve, "garbage", text="HTTP/3.0 200 OK"))


@pytest.mark.parametrize("line", ["status", "header"])
def test_a_long_line(serve: Serve, line: str) -> None:
    with pytest.raises(http.client.LineTooLong, match=line):
        get(faulty(serve, "long-line", line=line))


def test_no_answer(serve: Serve) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        get(faulty(serve, "disconnect"))


def test_a_reset(serve: Serve) -> None:
    with pytest.raises(ConnectionResetError):
        get(faulty(serve, "reset"))


def test_half_a_connection(serve: Serve) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        get(faulty(serve, "half-close"))


def test_silence(serve: Serve) -> None:
    sandbox = faulty(serve, "silence")
    with socket.create_connection(("localhost", sandbox.endpoint("http").port), timeout=0.2) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_dribble(serve: Serve) -> None:
    sandbox = faulty(serve, "slicer", size=100, pause=0.001)
    assert get(sandbox).body.endswith(b"</html>\n")  # type: ignore[attr-defined]


def test_a_redirect_loop(serve: Serve) -> None:
    sandbox = faulty(serve, "redirect-loop")
    with pytest.raises(urllib.error.HTTPError, match="infinite loop") as caught:
        urllib.request.urlopen(url(sandbox))
    caught.value.close()


def test_an_interim_answer_passes(serve: Serve) -> None:
    sandbox = faulty(serve, "truncate", on="http.post", octets=5)
    with socket.create_connection(("localhost", sandbox.endpoint("http").port), timeout=5) as client:
        client.sendall(
            b"POST /post HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        said = b"".join(iter(lambda: client.recv(1000), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(body) == 5


@pytest.mark.parametrize(
    ("on", "effect", "told"),
    [
        ("http.get", {"kind": "reply", "text": "500 No"}, "reply is nothing for http.get"),
        ("http", {"kind": "answer"}, "answer is nothing for http.connect"),
        ("http.head", {"kind": "truncate"}, "truncate is nothing for http.head"),
        ("http.get", {"kind": "truncate", "direction": "to_server"}, "truncate is nothing for http.get"),
        ("smtp.rcpt", {"kind": "answer"}, "answer is nothing for smtp.rcpt"),
        ("http.get", {"kind": "bad-certificate"}, "bad-certificate is nothing for http.get"),
        ("http.tls", {"kind": "half-close"}, "half-close is nothing for http.tls"),
        ("udp.datagram", {"kind": "limit"}, "limit is nothing for udp.datagram"),
        ("http.get", {"kind": "answer", "headers": {"a b": "c"}}, "a b"),
        ("http.get", {"kind": "answer", "headers": {"a": "b\r\nc"}}, "headers"),
    ],
)
def test_what_makes_no_sense_is_refused(on: str, effect: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Rule.model_validate({"on": on, "effect": effect})
