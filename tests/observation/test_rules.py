"""Names are compared whole, texts are contained, patterns are searched, functions are asked."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sandbox.observation.rules import Criterion, criteria_of, is_part_of, shown


def met(mode: str, wanted: Any, *values: Any) -> bool:
    return Criterion[None]("x", mode, wanted, lambda _: values).met(None)


@pytest.mark.parametrize(
    ("mode", "wanted", "value", "expected"),
    [
        ("name", "/a", "/a", True),
        ("name", "/a", "/ab", False),
        ("name", "/a", "/A", False),
        ("name", "/a/*", "/a/b/c", True),
        ("name", "/a?[b]", "/a?[b]", True),
        ("name", "/a?[b]", "/axb", False),
        ("name", re.compile("b+"), "abba", True),
        ("name", re.compile(b"b+"), "abba", False),
        ("name", str.isupper, "ABC", True),
        ("name", 200, 200, True),
        ("name", 200, "200", False),
        ("name", "x", None, False),
        ("NAME", "Bob@Example.org", "bob@example.ORG", True),
        ("NAME", "*@example.org", "bob@EXAMPLE.org", True),
        ("text", "ell", "hello", True),
        ("text", "ELL", "hello", False),
        ("text", b"ell", b"hello", True),
        ("text", b"ell", "hello", False),
        ("text", "e*l", "hello", False),
        ("part", {"a": 1}, {"a": 1, "b": 2}, True),
        ("part", {"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ("part", {"a": [1]}, {"a": [1, 2]}, False),
        ("part", {"a": re.compile("x")}, {"a": "axa"}, True),
        ("part", {"a": str.isdigit}, {"a": "12"}, True),
        ("part", {"a": None}, {}, False),
        ("part", {"a": 1}, None, False),
    ],
)
def test_rules(mode: str, wanted: Any, value: Any, expected: bool) -> None:
    assert met(mode, wanted, value) is expected


def test_any_of_the_values_is_enough() -> None:
    assert met("name", "b", "a", "b")
    assert not met("name", "b")


def test_words_nobody_knows_are_refused() -> None:
    with pytest.raises(TypeError, match="'subjekt' is none of to, subject"):
        criteria_of({"subjekt": "x"}, {"to": ("name", len), "subject": ("text", len)})


def test_none_is_no_condition() -> None:
    assert criteria_of({"to": None}, {"to": ("name", len)}) == ()


def test_values_are_shown_in_one_short_line() -> None:
    assert shown("a\nb") == r"'a\nb'"
    assert shown("x" * 100) == f"'{'x' * 58}…"
    assert shown(re.compile("^a")) == "/'^a'/"
    assert shown(lambda _: True) == "a function"
    assert shown(str.isupper) == "isupper"


def test_part_of_equal_things() -> None:
    assert is_part_of([1, {"a": 2}], [1, {"a": 2}])
    assert not is_part_of(1, 2)


@pytest.mark.parametrize(
    ("mode", "wanted", "told"),
    [
        (
            "NAME",
            ["a@b.test", "c@d.test"],
            r"x takes a text, with \* for anything, or a function; not \['a@b",
        ),
        ("text", 5, "x takes a text, or a function; not 5"),
        ("octets", "abc", "x takes octets, as b'…', or a function; not 'abc'"),
        ("octets", re.compile("abc"), "x takes octets"),
        ("body", {"a": 1}, "x takes a text or octets"),
        ("number", "200", "x takes a number, or a function; not '200'"),
        ("fields", "a=1", "x takes a mapping, or a function; not 'a=1'"),
        ("function", {"a": 1}, "x takes a function; not"),
    ],
)
def test_what_could_never_fit_is_refused(mode: str, wanted: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        criteria_of({"x": wanted}, {"x": (mode, lambda _: ())})


def test_numbers_in_fields_are_texts() -> None:
    (criterion,) = criteria_of({"x": {"page": 2}}, {"x": ("fields", lambda item: [item])})
    assert criterion.met({"page": "2", "size": "3"})
    assert not criterion.met({"page": "22"})
