"""Clients that do not know or do not want POP3: the service answers them in its own words and lives on."""

from __future__ import annotations

import poplib
import socket
import ssl
import struct
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed
from tests.conftest import Serve, raw_client, read_until


@pytest.fixture
def sandbox(serve: Serve) -> Iterator[BackgroundEngine]:
    """POP3 in plain text and with TLS, which must still serve at the end."""
    sandbox = serve(
        pop3={"tls": "starttls", "listeners": {"pop3s": {"tls": "implicit"}}}, mail={"samples": True}
    )
    yield sandbox
    endpoint = sandbox.endpoint("pop3")
    client = poplib.POP3(endpoint.host, endpoint.port, timeout=5)
    client.user("ann")
    client.pass_("secret")
    assert client.stat()[0] >= 3, "nothing was deleted and the maildrop is free"
    client.quit()


def wait_closed(sandbox: BackgroundEngine) -> Closed:
    event = sandbox.wait_for(lambda entry: isinstance(entry.event, Closed)).event
    assert isinstance(event, Closed)
    return event


@pytest.mark.parametrize(
    "line",
    [
        b"x" * 100_000,
        b"\0" * 20,
        b"USER \0\xff",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1",
        b"RETR " + b"9" * 5000,
    ],
    ids=["long", "nul", "nul in a name", "tls", "http", "number"],
)
def test_senseless_lines(sandbox: BackgroundEngine, line: bytes) -> None:
    with raw_client(sandbox, "pop3") as sock:
        sock.sendall(line + b"\r\nCAPA\r\n")
        answer = read_until(sock, b"\r\n.\r\n")
    assert answer.count(b"-ERR ") == 1
    assert b"+OK Capability list follows" in answer


def test_tls_client_on_the_plain_port(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "pop3") as sock, pytest.raises((ssl.SSLError, OSError)):
        ssl._create_unverified_context().wrap_socket(sock)
    wait_closed(sandbox)


def test_plain_client_on_the_tls_port(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "pop3", "pop3s") as sock:
        sock.sendall(b"USER ann\r\n")
        read_until(sock, b"never")
    assert wait_closed(sandbox).reason == "error"


def test_plain_text_behind_stls_never_reaches_the_session(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "pop3") as sock:
        sock.sendall(b"STLS\r\nUSER ann\r\nPASS secret\r\n")
        read_until(sock, b"Begin TLS negotiation now\r\n")
        sock.sendall(b"USER ann\r\nPASS secret\r\n")
        assert b"+OK" not in read_until(sock, b"never")
    assert wait_closed(sandbox).reason == "error"


@pytest.mark.parametrize(
    "commands", [b"", b"USER ann\r\nPA", b"USER ann\r\nPASS x\r\nDELE 1\r\n", b"AUTH PLAIN\r\n", b"STLS\r\n"]
)
def test_client_that_goes_away(sandbox: BackgroundEngine, commands: bytes) -> None:
    with raw_client(sandbox, "pop3") as sock:
        sock.sendall(commands)
        read_until(sock, b"\r\n")
    wait_closed(sandbox)


def test_reset_within_a_long_answer(sandbox: BackgroundEngine) -> None:
    sandbox.call(
        lambda running: running.mail.deliver(
            running.mail.new_message(b"A: b\r\n\r\n" + b"x" * 8_000_000), ["ann"]
        )
    )
    sock = raw_client(sandbox, "pop3")
    sock.sendall(b"USER ann\r\nPASS secret\r\nDELE 1\r\nRETR 4\r\n")
    read_until(sock, b"xxxx")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    assert wait_closed(sandbox).reason == "reset"


def test_client_that_never_reads_does_not_fill_the_memory(sandbox: BackgroundEngine) -> None:
    sandbox.call(
        lambda running: running.mail.deliver(
            running.mail.new_message(b"A: b\r\n\r\n" + b"x" * 1_000_000), ["ann"]
        )
    )
    with raw_client(sandbox, "pop3") as sock:
        sock.sendall(b"USER ann\r\nPASS secret\r\n" + b"RETR 4\r\n" * 5000)
        with raw_client(sandbox, "pop3") as other:
            other.sendall(b"USER bob\r\nPASS x\r\nQUIT\r\n")
            assert read_until(other, b"Sayonara\r\n").endswith(b"Sayonara\r\n")
    closed = sandbox.wait_for(
        lambda entry: isinstance(entry.event, Closed) and entry.event.connection == 1
    ).event
    assert isinstance(closed, Closed)
    assert closed.sent < 20_000_000
