"""Time, letters, the character generator and quotes."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.behaviours.characters import CYCLE
from sandbox.behaviours.letters import Capitals, reversed_lines
from sandbox.behaviours.moments import daytime, moment
from sandbox.behaviours.quotes import LONGEST, QUOTES, Quotes

NOON = datetime(1982, 2, 2, 12, 37, 43, 250_000).timestamp()  # noqa: DTZ001 — local time is what is asked for


@pytest.fixture(params=["UTC", "America/Los_Angeles"])
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_formats() -> None:
    assert moment(NOON, "%Y-%m-%d %H:%M:%S.%f") == b"1982-02-02 12:37:43.250000"
    assert moment(NOON, "час %H").decode() == "час 12"


def test_the_examples_of_rfc_868() -> None:
    assert moment(0, "rfc868") == (2_208_988_800).to_bytes(4)
    assert moment(2_629_584_000 - 2_208_988_800, "rfc868") == (2_629_584_000).to_bytes(4)
    assert len(moment(1 << 33, "rfc868")) == 4


@pytest.mark.usefixtures("_zone")
def test_the_example_of_rfc_867() -> None:
    now = datetime(1982, 2, 2, 17, 37, 43).astimezone()
    assert daytime(now.timestamp()).decode() == f"Tuesday, February 2, 1982 17:37:43-{now:%Z}\r\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("ПАЛИНДРОМ".encode(), "МОРДНИЛАП".encode()),
        ("ПАЛИНДРОМ".encode("cp1251"), "МОРДНИЛАП".encode("cp1251")),
        (b"abc\n", b"cba\n"),
        (b"abc\r\ndef\r\n\nx", b"cba\r\nfed\r\n\nx"),
        (b"", b""),
        (b"a\rb", b"b\ra"),
    ],
)
def test_reversed(data: bytes, expected: bytes) -> None:
    assert reversed_lines(data) == expected


@given(st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs",))))
def test_reversing_twice_is_the_same(text: str) -> None:
    data = text.encode()
    assert reversed_lines(reversed_lines(data)) == data


@given(st.binary())
def test_reversing_keeps_every_byte(data: bytes) -> None:
    assert sorted(reversed_lines(data)) == sorted(data)


@given(st.binary(max_size=60), st.integers(1, 5))
def test_capitals_do_not_depend_on_the_cut(data: bytes, size: int) -> None:
    capitals = Capitals()
    pieces = [capitals.feed(data[start : start + size]) for start in range(0, len(data), size)]
    assert b"".join(pieces) + capitals.feed(b"", final=True) == Capitals().feed(data, final=True)


def test_capitals_of_every_script_and_of_no_text() -> None:
    assert Capitals().feed("hello, мир, straße".encode()).decode() == "HELLO, МИР, STRASSE"
    assert Capitals().feed(b"a\xff\x00b", final=True) == b"A\xff\x00B"


def test_the_generator_s_pattern() -> None:
    lines = CYCLE.split(b"\r\n")[:-1]
    assert len(lines) == 95
    assert {len(line) for line in lines} == {72}
    assert lines[0].startswith(b" !\"#$%&'()*+,-./0123")
    assert [line[:1] for line in lines[:3]] == [b" ", b"!", b'"']
    assert {byte for line in lines for byte in line} == set(range(0x20, 0x7F))


def test_quotes_take_turns_and_are_short() -> None:
    quotes = Quotes(("one", "two"))
    assert [quotes.next() for _ in range(3)] == [b"one\r\n", b"two\r\n", b"one\r\n"]
    assert all(len(quote.encode()) + 2 <= LONGEST for quote in QUOTES)
