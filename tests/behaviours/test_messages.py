"""Where a message ends when nobody says so."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.behaviours.messages import Messages, MessageTooLongError

LIST = ["a]", 'b"', "c\\", "d'", "слово"]


def fed(data: bytes, size: int, limit: int = 1000) -> tuple[list[bytes], Messages]:
    messages = Messages(limit)
    found = [
        message
        for start in range(0, len(data), size)
        for message in messages.feed(data[start : start + size])
    ]
    return found, messages


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "message",
    [
        *(pickle.dumps(LIST, protocol) for protocol in range(2, 6)),
        json.dumps(LIST).encode(),
        json.dumps(LIST, ensure_ascii=False).encode(),
        json.dumps({"words": LIST, "inner": [[], {}]}).encode(),
        str(LIST).encode(),
        b"[]",
    ],
)
def test_what_shows_its_end_may_come_in_pieces(message: bytes, size: int) -> None:
    found, messages = fed(message * 2, size)
    assert found == [message, message]
    assert messages.missing == "nothing"


@pytest.mark.parametrize("protocol", [0, 1])
def test_old_pickles_are_waited_for_once_they_are_known(protocol: int) -> None:
    message = pickle.dumps(LIST, protocol)
    assert fed(message, 5)[0] == [message]


def test_text_is_a_message_as_it_arrives() -> None:
    messages = Messages(100)
    assert messages.feed(b"one two") == [b"one two"]
    assert messages.feed(b"three\nfour\n") == [b"three\nfour\n"]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_characters_are_not_cut(size: int) -> None:
    found, messages = fed("привет😀".encode(), size)
    assert b"".join(found).decode() == "привет😀"
    assert all(message.decode() for message in found)
    assert messages.missing == "nothing"


def test_only_characters_are_waited_for_where_nothing_else_has_an_end() -> None:
    messages = Messages(structured=False)
    assert messages.feed(b"[1") == [b"[1"]
    assert messages.feed(b"\x80\x04") == [b"\x80\x04"]
    assert messages.feed(b"\xd0") == []
    assert messages.feed(b"\xb0") == ["а".encode()]


def test_text_that_is_cut_again_and_again_has_a_limit() -> None:
    messages = Messages(structured=False)
    messages.feed(b"\xd0")
    with pytest.raises(MessageTooLongError):  # noqa: PT012
        while True:
            assert messages.feed(b"\xb0\xd0" * 10_000) == []


def test_what_is_no_utf_8_is_not_waited_for() -> None:
    message = "ПАЛИНДРОМ".encode("cp1251")
    assert Messages(100).feed(message) == [message]


@pytest.mark.parametrize(
    ("data", "missing"),
    [(b"\xd0", "a character"), (b"[1", "the end"), (b"\x80", "the end"), (b"\x80\x04]", "the end")],
)
def test_what_is_missing(data: bytes, missing: str) -> None:
    messages = Messages(100)
    assert messages.feed(data) == []
    assert messages.missing == missing
    assert messages.rest() == data
    assert messages.missing == "nothing"
    assert messages.feed(b"next") == [b"next"]


def test_a_broken_pickle_is_a_message_as_it_arrives() -> None:
    assert Messages(100).feed(b"\x80\x04\xff\xff") == [b"\x80\x04\xff\xff"]


@pytest.mark.parametrize(
    "data", [b"x" * 11, b"[" * 11, b"\x80\x04X\xff\xff\x00\x00aaaaaaaa", b'["aaaaaaaaaa"]']
)
@pytest.mark.parametrize("size", [1, 100])
def test_the_limit(data: bytes, size: int) -> None:
    if size == 1 and data == b"x" * 11:
        return  # eleven messages
    with pytest.raises(MessageTooLongError):
        fed(data, size, limit=10)


def test_many_short_messages_at_once_are_within_the_limit() -> None:
    assert fed(b"[1][2][3][4]", 100, limit=3)[0] == [b"[1]", b"[2]", b"[3]", b"[4]"]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5))
def test_any_bytes_come_out_again(pieces: list[bytes]) -> None:
    messages = Messages(1000)
    found = [message for piece in pieces for message in messages.feed(piece)]
    assert b"".join(found) + messages.rest() == b"".join(pieces)
    assert all(found)
