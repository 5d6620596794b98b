"""The first octets: what they are, and what is said to those that are no HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.http.opening import MAX_HEAD, Kind, kind_of, with_line_ends
from tests.conftest import Serve, raw_client, read_until

GREETING = {"listeners": {"talk": {"raw_reply": "Hello, client!"}}}


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"GET / HTTP/1.1\r\n", Kind.HTTP),
        (b"POST /RPC2 HTTP/1.1\r\nHost: a\r\n", Kind.HTTP),
        (b"GET /" + b"a" * MAX_HEAD, Kind.HTTP),
        (b"GET / HTT", Kind.INCOMPLETE),
        (b"GET / HTTP/1.0\nHost: a\n", Kind.INCOMPLETE),
        (b"GET / HTTP/1.0\nHost: a\n\n", Kind.TYPED),
        (b"GET / HTTP/1.0\n\n", Kind.TYPED),
        (b"GET / HTTP/2.0\r\n", Kind.NEWER),
        (b"GET / HTTP/3\n", Kind.NEWER),
        (b"\x16\x03\x01\x02\x00", Kind.TLS),
        (b"\x16", Kind.INCOMPLETE),
    ],
)
def test_kinds(data: bytes, kind: Kind, raw: bool) -> None:
    assert kind_of(data, raw=raw) is kind


@pytest.mark.parametrize(
    ("data", "with_reply", "without"),
    [
        (b"Hello, server!", Kind.RAW, Kind.INCOMPLETE),
        (b"BREW /pot HTTP/1.1\r\n", Kind.RAW, Kind.HTTP),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Kind.RAW, Kind.NEWER),
        (b"GE", Kind.UNDECIDED, Kind.INCOMPLETE),
        (b"GET /\r\n", Kind.RAW, Kind.NO_VERSION),
        (b"\x80\x04", Kind.RAW, Kind.INCOMPLETE),
    ],
)
def test_kinds_that_depend_on_a_reply(data: bytes, with_reply: Kind, without: Kind) -> None:
    assert kind_of(data, raw=True) is with_reply
    assert kind_of(data, raw=False) is without


@given(st.binary(min_size=1), st.booleans())
def test_any_octets_have_a_kind(data: bytes, raw: bool) -> None:
    assert kind_of(data, raw=raw) in Kind
    assert isinstance(with_line_ends(data), bytes)


def test_line_ends_are_mended_in_the_head_alone() -> None:
    typed = b"\nPOST / HTTP/1.1\nHost: a\r\nContent-Length: 4\n\na\nb\n"
    mended = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\na\nb\n"
    assert with_line_ends(typed) == mended


def test_a_hand_typed_request_is_answered(serve: Serve) -> None:
    sandbox = serve(http={})
    with raw_client(sandbox, "http") as sock:
        for piece in (b"POST /cookie-jar/ HTTP/1.1\n", b"Host: localhost\n", b"\n"):
            sock.sendall(piece)
        answer = read_until(sock, b"never")
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nConnection: close\r\n" in answer


def test_a_reply_for_those_who_speak_no_http_comes_at_once(serve: Serve) -> None:
    sandbox = serve(http=GREETING)
    with raw_client(sandbox, "http", "talk") as sock:
        sock.sendall(b"Hello, server!")
        assert read_until(sock, b"never") == b"Hello, client!"


def test_the_start_of_a_method_alone_is_no_http_after_a_moment(serve: Serve) -> None:
    sandbox = serve(http=GREETING)
    with raw_client(sandbox, "http", "talk") as sock:
        sock.sendall(b"GET")
        assert read_until(sock, b"never") == b"Hello, client!"


def test_http_is_answered_on_the_same_listener_however_it_is_cut(serve: Serve) -> None:
    sandbox = serve(http=GREETING)
    with raw_client(sandbox, "http", "talk") as sock:
        for octet in b"GET /nowhere HTTP/1.0\r\n\r\n":
            sock.sendall(bytes((octet,)))
        assert read_until(sock, b"never").startswith(b"HTTP/1.0 404 ")


def test_tls_on_the_plain_port_is_told_so(serve: Serve) -> None:
    sandbox = serve(http={})
    with raw_client(sandbox, "http") as sock:
        sock.sendall(b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03")
        answer = read_until(sock, b"never")
    assert answer.startswith(b"HTTP/1.0 400 Bad Request\r\n")
    assert b"You spoke TLS" in answer


def test_a_request_without_version_is_told_so(serve: Serve) -> None:
    sandbox = serve(http={})
    with raw_client(sandbox, "http") as sock:
        sock.sendall(b"GET /\n")
        assert b"GET / HTTP/1.0" in read_until(sock, b"never")


def test_a_newer_version_is_told_so(serve: Serve) -> None:
    sandbox = serve(http={})
    with raw_client(sandbox, "http") as sock:
        sock.sendall(b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n")
        assert read_until(sock, b"never").startswith(b"HTTP/1.0 505 HTTP Version Not Supported\r\n")
