"""Clients that mean no good, or cannot do better: the service still serves afterwards."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from tests.conftest import Serve, check_clean, raw_client, read_until
from tests.services.http.conftest import facts, get


@pytest.fixture
def survivor(web: BackgroundEngine) -> Iterator[BackgroundEngine]:
    """A sandbox that must answer properly when the test is over."""
    yield web
    assert get(web, "/", host="example.com").status == 200


def say(sandbox: BackgroundEngine, data: bytes) -> bytes:
    with raw_client(sandbox, "http") as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            return read_until(sock, b"never")
        except OSError:  # it had enough of us before we were done
            return b""


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * 1_000_000,
        HEAD + b"X: " + b"a" * 10_000 + b"\r\n\r\n",
        HEAD + b"X: y\r\n" * 1000 + b"\r\n",
        HEAD + b"no colon\r\n\r\n",
        HEAD + b" folded: a\r\n\r\n",
        HEAD + b"X : a\r\n\r\n",
        HEAD + b"X: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTP/\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET http://[bad/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_bad_heads_are_bad_requests(survivor: BackgroundEngine, data: bytes) -> None:
    answer = say(survivor, data)
    assert answer == b"" or answer.split()[1] in (b"400", b"501", b"505"), answer[:200]


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"Content-Encoding: deflate\r\nContent-Length: 4\r\n\r\n\xff\xff\xff\xff",
    ],
)
def test_bad_bodies_are_bad_requests(survivor: BackgroundEngine, body: bytes) -> None:
    answer = say(survivor, b"POST / HTTP/1.1\r\nHost: example.com\r\n" + body)
    assert answer == b"" or answer.split()[1] == b"400", answer[:200]


@pytest.mark.parametrize("count", [1, 10, 30])
def test_half_a_request(survivor: BackgroundEngine, count: int) -> None:
    assert say(survivor, HEAD[:count]) == b""


def test_a_connection_that_says_nothing(survivor: BackgroundEngine) -> None:
    raw_client(survivor, "http").close()


def test_a_reset_in_the_middle_of_a_download(survivor: BackgroundEngine) -> None:
    sock = raw_client(survivor, "http")
    sock.sendall(b"GET /package.rpm HTTP/1.1\r\nHost: a\r\n\r\n")
    sock.recv(1000)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    survivor.wait_for(lambda entry: getattr(entry.event, "name", "") == "request.abandoned")


def test_a_reset_in_the_middle_of_an_upload(survivor: BackgroundEngine) -> None:
    sock = raw_client(survivor, "http")
    sock.sendall(b"PUT /files/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    survivor.wait_for(lambda entry: getattr(entry.event, "reason", "") == "reset")
    assert get(survivor, "/files/a").status == 404


def test_an_upload_nobody_wants_is_read_so_that_the_answer_is_seen(survivor: BackgroundEngine) -> None:
    body = bytes(2_000_000)
    head = b"POST /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    assert say(survivor, head + body).startswith(b"HTTP/1.1 405 ")


def test_a_client_that_does_not_read_holds_up_nobody_and_little_memory(survivor: BackgroundEngine) -> None:
    with raw_client(survivor, "http") as sock:
        sock.sendall(b"GET /package.rpm?size=1000000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.recv(1000)
        assert get(survivor, "/", host="example.com").status == 200
        sent = sum(
            len(entry.event.data)
            for entry in survivor.call(lambda made: list(made.journal))
            if type(entry.event).__name__ == "Sent"
        )
        assert sent < 20_000_000, "what the client does not read is not generated"


def test_more_connections_than_allowed(serve: Serve) -> None:
    sandbox = serve(http={"limits": {"connections": 2}})
    with (
        raw_client(sandbox, "http") as one,
        raw_client(sandbox, "http") as two,
        raw_client(sandbox, "http") as three,
    ):
        assert read_until(three, b"never").startswith(b"HTTP/1.1 503 ")
        for sock in (one, two):
            sock.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
            assert read_until(sock, b"never").startswith(b"HTTP/1.0 200 ")


def test_an_idle_connection_is_closed(serve: Serve) -> None:
    sandbox = serve(http={"keep_alive": 0.05})
    with raw_client(sandbox, "http") as sock:
        sock.sendall(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read_until(sock, b"never").startswith(b"HTTP/1.1 200 ")


def test_a_client_that_sends_half_a_head_is_closed(serve: Serve) -> None:
    sandbox = serve(http={"limits": {"idle_timeout": 0.05}})
    for start in (b"GET / HT", b"GET / HTTP/1.1\r\nHost"):
        with raw_client(sandbox, "http") as sock:
            sock.sendall(start)
            assert read_until(sock, b"never") == b""


def test_many_at_once(survivor: BackgroundEngine) -> None:
    paths = ["/", "/files/", "/nowhere", "/package.rpm?size=200000", "/login", "/robots.txt"] * 10
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda path: get(survivor, path).status, paths))
    assert statuses == [200, 200, 404, 200, 200, 200] * 10


def test_one_slow_page_holds_up_nobody(serve: Serve) -> None:
    sandbox = serve(http={"slow_page": 30})
    with raw_client(sandbox, "http") as slow:
        slow.sendall(b"GET /slow HTTP/1.1\r\nHost: www.google.com\r\n\r\n")
        assert get(sandbox, "/", host="example.com").status == 200


def test_stopping_does_not_wait_for_slow_pages() -> None:
    configuration = {"services": {"http": {"port": 0, "slow_page": 30.0}}}
    with (
        BackgroundEngine(Engine.from_mapping(configuration)) as sandbox,
        raw_client(sandbox, "http") as slow,
        raw_client(sandbox, "http") as idle,
    ):
        slow.sendall(b"GET /slow HTTP/1.1\r\nHost: www.google.com\r\n\r\n")
        idle.sendall(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        idle.recv(1000)
        stopping = threading.Thread(target=sandbox.stop)
        stopping.start()
        stopping.join(1)
        assert not stopping.is_alive()
    check_clean(sandbox)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300)
    | st.builds(
        lambda a, b: b"GET /" + a + b" HTTP/1.1\r\nHost: a\r\n" + b + b"\r\n\r\n", st.binary(), st.binary()
    )
    | st.builds(lambda a: b"POST / HTTP/1.1\r\nHost: example.com\r\n" + a, st.binary())
)
def test_any_octets(web: BackgroundEngine, data: bytes) -> None:
    answer = say(web, data)
    assert answer == b"" or answer.startswith(b"HTTP/1.")
    assert not answer.startswith((b"HTTP/1.1 500", b"HTTP/1.0 500"))


def test_refusals_are_on_the_timeline(web: BackgroundEngine) -> None:
    say(web, b"\x16\x03\x01\x00\x00")
    say(web, b"GET /\n")
    assert [fact["reason"] for fact in facts(web, "request.refused")] == ["tls on a plain port", "no version"]
