from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.smtp.data import DataBuffer, has_long_line

LIMIT = 1000


def received(stream: bytes, size: int, limit: int = LIMIT) -> tuple[bytes | None, bytes]:
    """The content and what followed it, with the stream cut into pieces of that size."""
    data = DataBuffer(limit)
    for start in range(0, len(stream), size):
        rest = data.feed(stream[start : start + size])
        if rest is not None:
            return data.content(), rest + stream[start + size :]
    raise AssertionError("the end was not found")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(
    ("stream", "content"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n...\r\n.b\r\n.\r\n", b".\r\n..\r\nb\r\n"),
        (
            b"a\n.\nb\r\n.\nc\n.\r\nd\r.\re\r\n.\rf\x00\r\n.\r\n",
            b"a\n.\nb\r\n\nc\n.\r\nd\r.\re\r\n\rf\x00\r\n",
        ),
        (bytes(range(256)) + b"\r\n.\r\n", bytes(range(256)) + b"\r\n"),
    ],
)
def test_only_a_dot_between_two_crlf_is_the_end(stream: bytes, content: bytes, size: int) -> None:
    assert received(stream + b"QUIT\r\n.\r\n", size) == (content, b"QUIT\r\n.\r\n")


@given(st.lists(st.sampled_from([b"\r\n", b".", b"\n", b"\r", b"a", b"\x00", b"\xff"])), st.integers(1, 9))
def test_what_was_stuffed_comes_back(parts: list[bytes], size: int) -> None:
    # A single dot behind a bare LF shows that this client stuffs behind CRLF only.
    message = b"".join(parts) + b"\n.a\r\n"
    stuffed = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]
    assert received(stuffed + b".\r\nNOOP\r\n", size) == (message, b"NOOP\r\n")


@given(st.lists(st.sampled_from([b"\r\n", b".", b"\n", b"a", b"\x00", b"\xff"])), st.integers(1, 9))
def test_what_was_stuffed_behind_every_lf_comes_back(parts: list[bytes], size: int) -> None:
    message = b"".join(parts) + b"\r\n"
    stuffed = re.sub(rb"(?m)^\.", b"..", message)  # what smtplib does with bytes
    assert received(stuffed + b".\r\nNOOP\r\n", size) == (message, b"NOOP\r\n")


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_the_limit_counts_octets_without_stuffing(size: int) -> None:
    full = b".\r\n" * 333 + b"\n"
    assert len(full) == LIMIT
    stuffed = full.replace(b".", b"..") + b"\r\n.\r\n"
    assert received(stuffed, size, limit=LIMIT + 2)[0] == full + b"\r\n"
    assert received(stuffed, size, limit=LIMIT + 1)[0] is None


def test_what_is_over_the_limit_is_not_kept() -> None:
    data = DataBuffer(LIMIT)
    for _ in range(1000):
        assert data.feed(b"x" * 5000) is None
        assert len(data._raw) < 2 * LIMIT
    assert data.feed(b"\r\n.\r\nQUIT") == b"QUIT"
    assert data.content() is None


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b"a", b"abcdefg"])), st.integers(1, 20))
def test_long_lines(parts: list[bytes], limit: int) -> None:
    content = b"".join(parts)
    lines = [line + b"\n" for line in content.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    assert has_long_line(content, limit) == any(len(line) > limit for line in lines)
