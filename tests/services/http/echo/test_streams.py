"""Answers in pieces, and random octets that can be foretold."""

from __future__ import annotations

import json
import random
import socket
import struct
import time

import pytest
import requests

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from sandbox.services.http.echo.streams import random_octets
from tests.conftest import raw_client, read_until
from tests.services.http.conftest import get


def test_lines(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/stream/3?a=1", stream=True)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    told = [json.loads(line) for line in answer.iter_lines()]
    assert [line["id"] for line in told] == [0, 1, 2]
    assert list(told[0]) == ["url", "args", "headers", "origin", "id"]
    assert told[0]["args"] == {"a": "1"}


@pytest.mark.parametrize(("n", "count"), [("0", 0), ("100", 100), ("101", 100)])
def test_the_number_of_lines(web: BackgroundEngine, n: str, count: int) -> None:
    assert get(web, f"/stream/{n}").body.count(b"\n") == count


def test_a_client_of_http_1_0_gets_no_chunks(web: BackgroundEngine) -> None:
    with raw_client(web, "http") as sock:
        sock.sendall(b"GET /stream-bytes/5?seed=0 HTTP/1.0\r\n\r\n")
        head, _, body = read_until(sock, b"never").partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body == bytes.fromhex("c5d71484f8")


@pytest.mark.parametrize("seed", [0, 1, -7, 10**17])
def test_a_seed_draws_what_cpython_draws(seed: int) -> None:
    drawn = random.Random(seed)
    assert random_octets(5000, random.Random(seed)) == bytes(drawn.randint(0, 255) for _ in range(5000))


def test_octets(web: BackgroundEngine) -> None:
    assert get(web, "/bytes/10?seed=0").body == bytes.fromhex("c5d71484f8cf9bf4b76f")
    assert get(web, "/bytes/10?Seed=0").body == get(web, "/stream-bytes/10?seed=0&chunk_size=3").body
    assert get(web, "/bytes/10").body != get(web, "/bytes/10").body
    assert get(web, "/bytes/0").body == b""
    assert len(get(web, "/bytes/999999").body) == 100 * 1024


def test_pieces_of_octets(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/stream-bytes/10?chunk_size=4", stream=True)
    assert [len(piece) for piece in answer.raw.read_chunked()] == [4, 4, 2]


@pytest.mark.parametrize(
    "path",
    [
        "/stream/x",
        "/stream/-1",
        "/bytes/1e3",
        "/bytes/-1",
        "/bytes/1?seed=x",
        "/stream-bytes/1?chunk_size=x",
        "/drip?numbytes=0",
        "/drip?numbytes=x",
        "/drip?duration=-1",
        "/drip?duration=nan",
        "/drip?duration=inf",
        "/drip?delay=1e9",
        "/drip?code=99",
        "/drip?code=600",
        "/sse?count=0",
        "/sse?duration=x",
        "/jsonl?count=101",
    ],
)
def test_numbers_that_are_none(web: BackgroundEngine, path: str) -> None:
    assert get(web, path).status == 400


def test_drip(base: str, session: requests.Session) -> None:
    began = time.monotonic()
    answer = session.get(f"{base}/drip?duration=0.2&numbytes=4&code=404&delay=50ms")
    assert time.monotonic() - began > 0.15
    assert (answer.status_code, answer.content) == (404, b"****")
    assert answer.headers["Content-Length"] == "4"


def test_much_drips_in_few_pieces(web: BackgroundEngine) -> None:
    answer = get(web, "/drip?duration=0.05&numbytes=99999999")
    assert len(answer.body) == 10 * 1024 * 1024


@pytest.mark.parametrize("code", [204, 304])
def test_codes_without_a_body_drip_none(web: BackgroundEngine, code: int) -> None:
    answer = get(web, f"/drip?duration=0&code={code}")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (code, b"", None)


def test_server_sent_events(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/sse?count=2&duration=0")
    assert answer.headers["Content-Type"] == "text/event-stream"
    events = answer.text.split("\n\n")
    assert events == [
        'event: ping\nid: 0\ndata: {"id": 0, "of": 2}',
        'event: ping\nid: 1\ndata: {"id": 1, "of": 2}',
        "",
    ]


def test_json_lines(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/jsonl?count=3&duration=20ms")
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [0, 1, 2]


@pytest.mark.parametrize(
    "path", ["/delay/10", "/drip?duration=3000", "/sse?duration=3000", "/range/9?duration=3000&chunk_size=1"]
)
def test_a_client_that_leaves_ends_its_answer(web: BackgroundEngine, path: str) -> None:
    with raw_client(web, "http") as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        if "duration" in path:
            assert sock.recv(1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    web.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "request.abandoned")
