"""What fits what."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sandbox.stubs import HttpRequest, Stub, Stubs
from sandbox.stubs.conditions import conditions_of
from sandbox.stubs.matching import fits, fits_octets, parameters


@pytest.mark.parametrize(
    ("wanted", "value", "fit"),
    [
        ("a*c", "abbc", True),
        ("a*c", "abcd", False),
        ("a.c", "abc", False),
        ("/b+/", "abbc", True),
        ("/b+/", "/b+/", True),
        ("a", 1, False),
        (1, 1, True),
        (re.compile("b"), "abc", True),
        (re.compile("b"), b"abc", False),
        (lambda value: value > 2, 3, True),
        ({"a": {"b": "*"}}, {"a": {"b": "x", "c": 1}, "d": 2}, True),
        ({"a": None}, {}, False),
        ([1, "*"], (1, "x"), True),
        ([1], [1, 2], False),
        ("abc", ["a", "b", "c"], False),
    ],
)
def test_values(wanted: Any, value: Any, fit: bool) -> None:
    assert fits(wanted, value) is fit


@pytest.mark.parametrize(
    ("wanted", "data", "fit"),
    [
        (b"a", b"a", True),
        (b"a", b"ab", False),
        ("ä*", "äö".encode(), True),
        (re.compile("ä"), "ä".encode(), True),
    ],
)
def test_octets(wanted: Any, data: bytes, fit: bool) -> None:
    assert fits_octets(wanted, data) is fit


@pytest.mark.parametrize(
    ("wanted", "path", "found"),
    [
        ("/a/{b}", "/a/1", {"b": "1"}),
        ("/a/{b}", "/a/1/2", None),
        ("/{a}/*", "/1/2/3", {"a": "1"}),
        ("/orders/", "/orders/", {}),
        ("/orders/", "/orders/1", None),
        ("/^/(?P<n>[0-9]+)$/", "/12", {"n": "12"}),
        (re.compile("(?P<n>[0-9])$"), "/a1", {"n": "1"}),
        (lambda path: path == "/x", "/x", {}),
    ],
)
def test_paths(wanted: Any, path: str, found: dict[str, str] | None) -> None:
    assert parameters(wanted, path) == found


def test_names_are_made_up_and_are_there_once() -> None:
    stubs = Stubs()
    assert [stubs.add(Stub(service="http", name=name)).name for name in ("", "b", "")] == [
        "stub-1",
        "b",
        "stub-2",
    ]
    with pytest.raises(ValueError, match="there is a stub 'b' already"):
        stubs.add(Stub(service="http", name="b"))
    with pytest.raises(LookupError, match="there is no stub 'c'"):
        stubs.remove("c")


def test_a_snapshot_is_where_everything_was_also_a_second_time() -> None:
    stubs = Stubs()
    stub = stubs.add(
        Stub(service="http", conditions=conditions_of("http", {"path": "/a"}), answers=["first", "second"])
    )
    answers = []
    assert stubs.use(HttpRequest(method="GET", target="/a"))
    kept = stubs.snapshot()
    for _ in range(2):
        use = stubs.use(HttpRequest(method="GET", target="/a"))
        assert use is not None
        answers.append(use.answer)
        stubs.use(HttpRequest(method="GET", target="/b"))
        stubs.restore(kept)
    assert answers == ["second", "second"]
    assert len(stub.requests) == 1
    assert stubs.unmatched == []
