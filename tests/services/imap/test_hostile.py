"""Clients that do not know or do not want IMAP: the service answers them in its own words and lives on."""

from __future__ import annotations

import imaplib
import socket
import ssl
import struct
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Fact
from tests.conftest import Serve, raw_client, read_until

LOGIN = b"l LOGIN ann secret\r\n"


@pytest.fixture
def sandbox(serve: Serve) -> Iterator[BackgroundEngine]:
    """IMAP in plain text and with TLS, which must still serve at the end."""
    sandbox = serve(
        imap={"tls": "starttls", "listeners": {"imaps": {"tls": "implicit"}}}, mail={"samples": True}
    )
    yield sandbox
    with imaplib.IMAP4("localhost", sandbox.endpoint("imap").port, timeout=5) as client:
        client.login("ann", "secret")
        status, [count] = client.select()
        assert status == "OK"
        assert int(count) >= 3, "nothing was deleted"


def wait_closed(sandbox: BackgroundEngine) -> Closed:
    event = sandbox.wait_for(lambda entry: isinstance(entry.event, Closed)).event
    assert isinstance(event, Closed)
    return event


@pytest.mark.parametrize(
    "line",
    [
        b"a " + b"x" * 200_000,
        b"a LOGIN \0 \0",
        b"\0" * 20,
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1",
        b"a LOGIN " + b"(" * 60_000,
        b"a LOGIN {99999999999999999999999} x",
        b"a LOGIN {-1}",
        b"a UID " + b"\xff" * 100,
        b"a AUTHENTICATE PLAIN " + b"=" * 60_000,
    ],
    ids=["long", "nul", "nuls", "tls", "http", "parentheses", "huge", "negative", "8-bit", "base64"],
)
def test_senseless_lines(sandbox: BackgroundEngine, line: bytes) -> None:
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(line + b"\r\nz NOOP\r\n")
        answer = read_until(sock, b"z OK NOOP completed\r\n")
    assert answer.count(b" BAD ") == 1
    assert len(answer) < 1000


def test_a_long_line_is_answered_under_its_own_tag(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap") as sock:
        read_until(sock, b"\r\n")
        sock.sendall(b"A042 FETCH " + b"1," * 500_000 + b"1 FLAGS\r\n")
        assert read_until(sock, b"\r\n") == b"A042 BAD the command line is too long\r\n"


@pytest.mark.parametrize("size", [b"70000", b"99999999999"])
def test_nobody_sends_messages_before_the_login(sandbox: BackgroundEngine, size: bytes) -> None:
    with raw_client(sandbox, "imap") as sock:
        read_until(sock, b"\r\n")
        sock.sendall(b"a LOGIN {%b}\r\n" % size)
        assert read_until(sock, b"\r\n").startswith(b"a NO [TOOBIG] ")


def test_a_literal_that_is_too_big_is_swallowed(sandbox: BackgroundEngine) -> None:
    size = 32 * 1024 * 1024 + 8
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(LOGIN + b"a APPEND INBOX {%d+}\r\n" % size)
        sock.sendall(b"LOGOUT\r\n" * (size // 8) + b"\r\nz NOOP\r\n")
        answer = read_until(sock, b"z OK NOOP completed\r\n")
    assert b"a NO [TOOBIG] " in answer


def test_tls_client_on_the_plain_port(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap") as sock, pytest.raises((ssl.SSLError, OSError)):
        ssl._create_unverified_context().wrap_socket(sock)
    wait_closed(sandbox)


def test_plain_client_on_the_tls_port(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap", "imaps") as sock:
        sock.sendall(LOGIN)
        read_until(sock, b"never")
    assert wait_closed(sandbox).reason == "error"


def test_plain_text_behind_starttls_never_reaches_the_session(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(b"a STARTTLS\r\n" + LOGIN)
        read_until(sock, b"begin TLS negotiation now\r\n")
        sock.sendall(LOGIN)
        assert b"OK" not in read_until(sock, b"never")
    assert wait_closed(sandbox).reason == "error"


@pytest.mark.parametrize(
    "sent", [b"", b"a NO", b"a LOGIN {3}\r\na", LOGIN + b"a IDLE\r\n", b"a AUTHENTICATE PLAIN\r\n"]
)
def test_early_disconnects(sandbox: BackgroundEngine, sent: bytes) -> None:
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(sent)
        sock.shutdown(socket.SHUT_WR)
        read_until(sock, b"never")
    assert wait_closed(sandbox).reason == "client"


def test_half_a_message_is_none(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(LOGIN + b"a APPEND INBOX {1000}\r\n")
        read_until(sock, b"+ OK\r\n")
        sock.sendall(b"Subject: half")
    wait_closed(sandbox)
    assert sandbox.call(lambda inside: len(inside.mail.home("ann").inbox)) == 3


def test_reset_in_the_middle_of_an_answer(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(LOGIN + b"a APPEND INBOX {8000000+}\r\n" + b"x" * 8_000_000 + b"\r\nb SELECT INBOX\r\n")
        read_until(sock, b"b OK [READ-WRITE] SELECT completed\r\n")
        sock.sendall(b"c FETCH 1:* BODY.PEEK[]\r\n" * 5)
        sock.recv(1000)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert wait_closed(sandbox).reason == "reset"


def test_an_idling_client_that_vanishes_is_not_told_any_more(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(LOGIN + b"a SELECT INBOX\r\nb IDLE\r\n")
        read_until(sock, b"+ idling\r\n")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_closed(sandbox)
    sandbox.call(lambda inside: inside.mail.deliver(inside.mail.new_message(b"x"), ["ann"]))


def test_commands_in_one_go(sandbox: BackgroundEngine) -> None:
    batch = b"".join(b"n%d NOOP\r\n" % number for number in range(5000))
    with raw_client(sandbox, "imap") as sock:
        sock.sendall(LOGIN + batch + b"z LOGOUT\r\nlate NOOP\r\n")
        answer = read_until(sock, b"never")
    assert answer.count(b" OK NOOP completed\r\n") == 5000
    assert answer.endswith(b"z OK LOGOUT completed\r\n")


def test_idle_clients_are_told_goodbye(serve: Serve) -> None:
    sandbox = serve(imap={"limits": {"idle_timeout": 0.1}})
    with raw_client(sandbox, "imap") as sock:
        assert read_until(sock, b"never").endswith(b"* BYE nothing was heard of you for too long\r\n")
    assert wait_closed(sandbox).reason == "idle"


def test_too_many_clients_are_told_so(serve: Serve) -> None:
    sandbox = serve(imap={"limits": {"connections": 1}})
    with raw_client(sandbox, "imap") as first:
        read_until(first, b"\r\n")
        with raw_client(sandbox, "imap") as second:
            assert read_until(second, b"never") == b"* BYE [UNAVAILABLE] too many connections\r\n"
    sandbox.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "connection.refused")


def test_a_unix_domain_socket(serve: Serve, tmp_path: object) -> None:
    sandbox = serve(imap={"path": f"{tmp_path}/imap.sock"})
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(f"{tmp_path}/imap.sock")
        sock.sendall(LOGIN + b"z LOGOUT\r\n")
        assert read_until(sock, b"never").endswith(b"z OK LOGOUT completed\r\n")
    assert sandbox.endpoint("imap").path == f"{tmp_path}/imap.sock"
