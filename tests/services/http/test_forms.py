"""Forms in any charset, and of any length."""

from __future__ import annotations

from urllib.parse import quote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.http.echo.asked import parse_pairs
from sandbox.services.http.echo.multipart import parse_parts
from sandbox.services.http.forms import PIECE, charset_of, parse_form, unescaped
from tests.work import calls_of


@given(st.binary())
def test_what_was_escaped_comes_back(octets: bytes) -> None:
    assert unescaped(quote_plus(octets).encode()) == octets


@given(st.text(alphabet="%+aF0g&=\n").map(str.encode))
def test_broken_escapes_stay_as_they_are(octets: bytes) -> None:
    assert unescaped(octets) == unquote_to_bytes(octets.replace(b"+", b" "))


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251"])
def test_the_charset_of_a_long_text_is_told_by_its_start(charset: str) -> None:
    text = "привет " * 10_000
    assert charset_of(text.encode(charset)) == charset
    assert parse_form(b"a=" + quote_plus(text.encode(charset)).encode()) == [("a", text)]


def test_long_bodies() -> None:
    octets = bytes(range(256)) * 200
    assert parse_pairs("a=" + "%D0%B0" * 1_001) == [("a", "а" * 1_001)]
    body = b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n" + octets + b"\r\r\n--B--\r\n"
    parts = parse_parts(body, "B")
    assert parts is not None
    assert [part.content for part in parts] == [octets + b"\r"]


def test_no_escape_is_lost_where_a_long_text_is_cut() -> None:
    for before in range(PIECE - 4, PIECE + 1):
        escaped = b"x" * before + b"%41%42+%" + b"y" * PIECE
        assert unescaped(escaped) == b"x" * before + b"AB %" + b"y" * PIECE


def test_a_long_text_is_searched_in_pieces() -> None:
    assert calls_of(lambda: unescaped(b"+" * 20 * PIECE)) >= 3 * 20
