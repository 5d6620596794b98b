"""Lines and literals into whole commands, within limits, whichever way the input is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.sansio import LineTooLongError
from sandbox.services.imap.reader import CommandReader, Event, Received, Unreadable, Wanted

LIMIT = 1000


def read(data: bytes, *, size: int = 1 << 20, max_line: int = LIMIT, max_literal: int = 100) -> list[Event]:
    """All events; input stops where the client would wait for a continuation, if it is in one piece."""
    reader = CommandReader(max_line, max_literal)
    events: list[Event] = []
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
        while (event := reader.next_command()) is not None:
            events.append(event)
    return events


@pytest.mark.parametrize("size", [1, 2, 5, 1 << 20])
class TestAnyCut:
    def test_lines(self, size: int) -> None:
        assert read(b"a\r\n\r\nb\nc", size=size) == [Received((b"a",)), Received((b"",)), Received((b"b",))]

    def test_literals(self, size: int) -> None:
        assert read(b"a {3}\r\nx\ny {2+}\r\nzz\r\n~{0}\r\n\r\n", size=size) == [
            Wanted(),
            Received((b"a ", b"x\ny", b" ", b"zz", b"")),
            Wanted(),
            Received((b"", b"", b"")),
        ]

    def test_what_only_looks_like_a_literal(self, size: int) -> None:
        assert read(b"a {x}\r\nb {3} \r\nc {}\r\n", size=size) == [
            Received((b"a {x}",)),
            Received((b"b {3} ",)),
            Received((b"c {}",)),
        ]

    def test_a_long_line_is_skipped_to_its_end(self, size: int) -> None:
        long = b"tag " + b"x" * 5000
        assert read(long + b"\r\nb NOOP\r\n", size=size) == [
            Unreadable((long + b" ")[:64], "the command line is too long"),
            Received((b"b NOOP",)),
        ]

    def test_a_line_of_just_the_limit(self, size: int) -> None:
        assert read(b"x" * LIMIT + b"\r\n", size=size) == [Received((b"x" * LIMIT,))]
        for length in (LIMIT + 1, LIMIT + 31, LIMIT + 32, LIMIT + 33, LIMIT + 34):
            [event] = read(b"x" * length + b"\r\n", size=size)
            assert event == Unreadable(b"x" * 64, "the command line is too long")

    def test_the_literal_behind_a_long_line_belongs_to_it(self, size: int) -> None:
        long = b"a" * 5000
        assert read(long + b" {6+}\r\nb NO\r\n more\r\nc\r\n", size=size)[1:] == [Received((b"c",))]
        assert read(long + b" {6}\r\nc\r\n", size=size)[1:] == [Received((b"c",))], "it is never sent"

    def test_pieces_of_one_command_share_the_limit(self, size: int) -> None:
        piece = b"x" * 600 + b" {1+}\r\ny"
        events = read(piece + piece + b"\r\nb\r\n", size=size)
        assert events == [Unreadable(b"x" * 600 + b" ", "the command line is too long"), Received((b"b",))]

    def test_a_big_literal_is_refused_before_it_is_sent(self, size: int) -> None:
        [refused, after] = read(b"a {101}\r\nb\r\n", size=size)
        assert isinstance(refused, Unreadable)
        assert (refused.head, refused.code) == (b"a {101}", "TOOBIG")
        assert after == Received((b"b",))

    def test_a_big_literal_that_comes_anyway_is_swallowed(self, size: int) -> None:
        events = read(b"a {101+}\r\n" + b"\n" * 101 + b" {1+}\r\n\n\r\nb\r\n", size=size)
        assert [type(event) for event in events] == [Unreadable, Received]

    def test_after_a_refusal_no_more_literals_are_wanted(self, size: int) -> None:
        events = read(b"a {101+}\r\n" + b"x" * 101 + b" {1}\r\nb\r\n", size=size)
        assert [type(event) for event in events] == [Unreadable, Received]

    def test_literals_of_one_command_share_the_limit(self, size: int) -> None:
        events = read(b"a {60+}\r\n" + b"x" * 60 + b" {60+}\r\n" + b"x" * 60 + b"\r\nb\r\n", size=size)
        assert [type(event) for event in events] == [Unreadable, Received]


def test_plain_lines() -> None:
    reader = CommandReader(LIMIT, 100)
    reader.feed(b"abc {3}\r\nDO")
    assert reader.next_line() == b"abc {3}"
    assert reader.next_line() is None
    reader.feed(b"NE\n" + b"x" * 2000)
    assert reader.next_line() == b"DONE"
    assert reader.next_line() is None
    reader.feed(b"\n")
    with pytest.raises(LineTooLongError):
        reader.next_line()
    assert reader.next_line() is None


def test_nothing_survives_a_clear() -> None:
    reader = CommandReader(LIMIT, 100)
    reader.feed(b"a {10}\r\n")
    assert reader.next_command() == Wanted()
    reader.feed(b"xyz")
    assert reader.next_command() is None
    reader.clear()
    reader.feed(b"b\r\n")
    assert reader.next_command() == Received((b"b",))


def test_memory_is_bounded_while_a_line_does_not_end() -> None:
    reader = CommandReader(LIMIT, 100)
    for _ in range(1000):
        reader.feed(b"x" * 1000)
        assert reader.next_command() is None
        assert len(reader._data) <= LIMIT + 1032


@given(st.binary(max_size=300), st.integers(1, 20))
def test_the_cut_never_matters(data: bytes, size: int) -> None:
    small = {"max_line": 40, "max_literal": 12}
    assert read(data, size=size, **small) == read(data, **small)


@given(st.text("a{}0123+~\r\n x", max_size=200), st.integers(1, 9))
def test_the_cut_never_matters_near_literals(text: str, size: int) -> None:
    small = {"max_line": 40, "max_literal": 12}
    assert read(text.encode(), size=size, **small) == read(text.encode(), **small)
