"""Requests that are none, too large, broken off or made to hurt; afterwards the service still serves."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import xmlrpc.client
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Received
from tests.conftest import Serve, raw_client, read_until


@pytest.fixture
def sandbox(serve: Serve) -> Iterator[BackgroundEngine]:
    """XML-RPC that must still answer at the end."""
    sandbox = serve(xmlrpc={"max_request": 1_000_000})
    yield sandbox
    endpoint = sandbox.endpoint("xmlrpc")
    with xmlrpc.client.ServerProxy(f"http://{endpoint.host}:{endpoint.port}") as server:
        assert server.add(3, 5) == 8


def post(sandbox: BackgroundEngine, body: bytes, headers: bytes = b"") -> tuple[int, bytes]:
    """Status and content of the answer to one request."""
    with raw_client(sandbox, "xmlrpc") as sock:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
        sock.sendall(head % (headers, len(body)) + body)
        answer = read_until(sock, b"never")
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<methodCall><methodName>echo</methodName><params><param><value>&c;</value></param></params></methodCall>"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (LAUGHS, "DoctypeError"),
        (b"", "no element found"),
        (b"\0" * 1000, "ExpatError"),
        (b"<methodCall>" * 10_000, "ExpatError|ResponseError"),
        (b"\xff\xfe" + "<methodCall/>".encode("utf-16-le"), "ResponseError"),
    ],
    ids=["entities", "empty", "nul", "unclosed", "utf-16"],
)
def test_bodies_that_are_no_call(sandbox: BackgroundEngine, body: bytes, text: str) -> None:
    status, content = post(sandbox, body)
    assert status == 200
    with pytest.raises(xmlrpc.client.Fault, match=text):
        xmlrpc.client.loads(content)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"not gzip", b"Content-Encoding: gzip\r\n", 400),
        (gzip.compress(b"x" * 50_000_000, mtime=0), b"Content-Encoding: gzip\r\n", 413),
        (b"x" * 1_000_001, b"", 413),
    ],
    ids=["broken", "bomb", "large"],
)
def test_bodies_that_are_not_taken(
    sandbox: BackgroundEngine, body: bytes, headers: bytes, status: int
) -> None:
    assert post(sandbox, body, headers)[0] == status


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
    ids=["tls", "words", "long"],
)
def test_what_is_no_http(sandbox: BackgroundEngine, data: bytes) -> None:
    with raw_client(sandbox, "xmlrpc") as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        answer = read_until(sock, b"never")
    assert answer == b"" or answer.split()[1] in (b"400", b"431", b"501")


def test_tls_client_on_the_plain_port(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "xmlrpc") as sock, pytest.raises((ssl.SSLError, OSError)):
        ssl._create_unverified_context().wrap_socket(sock)


@pytest.mark.parametrize(
    "data",
    [b"POST / HT", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n<methodCall>"],
    ids=["in the head", "in the body"],
)
@pytest.mark.parametrize("reset", [False, True])
def test_clients_that_go_away(sandbox: BackgroundEngine, data: bytes, *, reset: bool) -> None:
    with raw_client(sandbox, "xmlrpc") as sock:
        sock.sendall(data)
        sandbox.wait_for(lambda entry: isinstance(entry.event, Received))
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))


def test_client_that_goes_away_during_its_call(sandbox: BackgroundEngine) -> None:
    body = xmlrpc.client.dumps((0.2,), "sleep").encode()
    with raw_client(sandbox, "xmlrpc") as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        sandbox.wait_for(lambda entry: isinstance(entry.event, Received))
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))
