"""Lines come out the same however the input was cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.sansio import LineBuffer, LineTooLongError


def lines(data: bytes, size: int, limit: int = 10) -> list[bytes | str]:
    buffer = LineBuffer(limit)
    found: list[bytes | str] = []
    for start in range(0, len(data), size):
        buffer.feed(data[start : start + size])
        while True:
            try:
                line = buffer.next_line()
            except LineTooLongError:
                found.append("too long")
                continue
            if line is None:
                break
            found.append(line)
    return found


def test_line_ends() -> None:
    assert lines(b"a\r\nb\nc\r\n\r\nrest", 100) == [b"a", b"b", b"c", b""]


def test_the_limit_counts_without_the_end() -> None:
    assert lines(b"0123456789\r\n0123456789x\r\nok\r\n", 100) == [b"0123456789", "too long", b"ok"]


def test_a_line_without_end_is_refused_once() -> None:
    assert lines(b"x" * 1000, 7) == ["too long"]


@given(st.binary(max_size=200), st.integers(1, 50))
def test_chunks_do_not_matter(data: bytes, size: int) -> None:
    data = data.replace(b"\x01", b"\r\n").replace(b"\x02", b"\n")
    whole, cut = lines(data + b"\r\n", 10_000), lines(data + b"\r\n", size)
    assert whole == cut


def test_take_and_clear() -> None:
    buffer = LineBuffer(10)
    buffer.feed(b"abc\r\ndef")
    assert buffer.next_line() == b"abc"
    assert buffer.take(2) == b"de"
    assert len(buffer) == 1
    buffer.clear()
    assert buffer.take(5) == b""
