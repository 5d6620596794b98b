"""Words in every form come back in the same form, and users in every form are read."""

from __future__ import annotations

import contextlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.behaviours.dictionary import Dictionary, read_dictionary
from sandbox.behaviours.plain import plain
from sandbox.behaviours.users import NotUsersError, read_users
from sandbox.behaviours.words import NotWordsError, answer_words

DICTIONARY = Dictionary({"Мск": "Москва", "cat": "кот", "good morning": "доброе утро", "It's": "это"})


def answer(message: bytes) -> bytes:
    return answer_words(message, DICTIONARY).data


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["Мск", "cat", "x"], ["Москва", "кот", "x?"]),
        (("cat",), ("кот",)),
        ({"cat"}, {"кот"}),
        ("cat, Мск", "кот, Москва"),
        ({"words": ["cat"], "n": 3}, {"words": ["кот"], "n": 3}),
        (["good morning", 5, None, True], ["доброе утро", 5, None, True]),
        ([], []),
    ],
)
def test_pickles(value: Any, expected: Any, protocol: int) -> None:
    data = answer(pickle.dumps(value, protocol))
    assert pickle.loads(data) == expected
    if protocol > 1:
        assert data[:2] == bytes([0x80, protocol])


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('["Мск", "cat"]', '["Москва", "кот"]'),
        (r'["\u041c\u0441\u043a"]', r'["\u041c\u043e\u0441\u043a\u0432\u0430"]'),
        ('"cat"', r'"\u043a\u043e\u0442"'),
        ('{"words": ["x"]}', '{"words": ["x?"]}'),
        (r'["\ud800", "ё"]', r'["\ud800?", "ё?"]'),
        ("['cat', 'Мск']", "['кот', 'Москва']"),
        ("""["It's", 'a\\'b', 'c\\\\d']""", """['это', "a'b?", 'c\\\\d?']"""),
        ("('cat',)\n", "('кот',)\n"),
        ("cat,Мск,x", "кот,Москва,x?"),
        ("cat, Мск ; x\n", "кот, Москва ; x?\n"),
        ("cat  Мск\tx", "кот  Москва\tx?"),
        ("CAT\r\nмск\n\nx", "кот\r\nМосква\n\nx?"),
        ("good morning", "доброе утро"),
        ("good morning, cat", "доброе утро, кот"),
        ("cat", "кот"),
        ("[cat]", "[cat]?"),
        ("[1, 2", "[1?, 2?"),
        (",,", ",,"),
        ("\n", "\n"),
        ("", ""),
    ],
)
def test_text(message: str, expected: str) -> None:
    assert answer(message.encode()).decode() == expected


def test_bytes_that_are_no_text_come_back() -> None:
    assert answer(b"\xff\xfe cat") == b"\xff\xfe? " + "кот".encode()


def test_counts() -> None:
    answered = answer_words(b"cat, dog, bird", DICTIONARY)
    assert (answered.form, answered.words, answered.unknown) == ("text", 3, 2)


class Other:
    pass


@pytest.mark.parametrize(
    "message", [pickle.dumps([Other()]), pickle.dumps([{1: Other()}]), b"\x80\x04garbage."]
)
def test_a_pickle_that_is_no_list_is_told_in_a_pickle(message: bytes) -> None:
    with pytest.raises(NotWordsError) as caught:
        answer(message)
    assert pickle.loads(caught.value.data).startswith("not a list of words: ")


def test_a_list_that_contains_itself_and_one_that_contains_much() -> None:
    endless: list[Any] = []
    endless.append(endless)
    long = "x" * 60_000
    bomb: Any = "x"
    for _ in range(9):
        bomb = [bomb] * 10
    for value in (endless, [long] * 1000, bomb):
        with pytest.raises(NotWordsError, match="too much in one message"):
            answer(pickle.dumps(value))


@pytest.mark.parametrize(
    "message",
    [
        b"['a'" + b" " * 60_000 + b"x",
        b"['a'," + b" " * 60_000 + b"x",
        b" " * 60_000 + b"x",
        b"[" + b" " * 60_000,
        b"['" + b"\\'" * 30_000,
        b"," * 60_000,
        pickle.dumps(" " * 60_000 + "x"),
    ],
)
@pytest.mark.timeout(2)
def test_long_messages_take_no_long_time(message: bytes) -> None:
    answer(message)
    with contextlib.suppress(NotUsersError):
        read_users(message)


def test_json_nested_too_deeply() -> None:
    with pytest.raises(NotWordsError):
        answer(json.dumps([[[[[[[[[[[[1]]]]]]]]]]]]).encode())
    assert answer(b"[" * 30_000 + b"]" * 30_000).endswith(b"?")


@given(st.binary(max_size=200))
def test_any_bytes(message: bytes) -> None:
    for data in (message, b"\x80\x04" + message + b".", b"[" + message + b"]"):
        try:
            assert len(answer(data)) <= 40 * len(data)
        except NotWordsError:
            continue


@given(st.lists(st.text()))
def test_any_words(words: list[str]) -> None:
    kept = Dictionary({}, unknown="keep")
    message = json.dumps(words).encode()
    assert answer_words(message, kept).data == message
    assert pickle.loads(answer_words(pickle.dumps(words), kept).data) == words
    printed = str(words)
    assert answer_words(printed.encode("utf-8", "surrogateescape"), kept).data.decode() == printed


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [("mark", "Эхо!"), ("keep", "Эхо"), ("reverse", "охЭ"), ("caesar", "Ячр")],
)
def test_unknown_words(unknown: Any, expected: str) -> None:
    assert Dictionary({}, unknown=unknown, mark="!", shift=2).translate("Эхо") == expected


def test_caesar_wraps_and_leaves_signs_alone() -> None:
    dictionary = Dictionary({}, unknown="caesar", shift=3)
    assert dictionary.translate("xyz-XYZ 42 яЁ") == "abc-ABC 42 вИ"
    assert Dictionary({}, unknown="caesar", shift=-3).translate("abc-ABC 42 вИ") == "xyz-XYZ 42 яЁ"


def test_case_counts_only_where_it_has_to() -> None:
    dictionary = Dictionary({"polish": "полировать", "Polish": "польский"})
    assert [dictionary.translate(word) for word in ("polish", "Polish")] == ["полировать", "польский"]
    assert dictionary.translate("POLISH") in ("полировать", "польский")


def test_dictionary_files(tmp_path: Path) -> None:
    text, data = tmp_path / "words.txt", tmp_path / "words.json"
    text.write_text("# animals\ncat = кот\n\ngood morning=доброе утро\n", encoding="utf-8")
    data.write_text('{"cat": "кот"}', encoding="utf-8")
    assert read_dictionary(text) == {"cat": "кот", "good morning": "доброе утро"}
    assert read_dictionary(data) == {"cat": "кот"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"cat\n", "a.txt:1 must have the form"),
        ("a.json", b"[1]", "one JSON object"),
        ("a.json", b"{", "is not JSON"),
        ("a.txt", b"\xff", "is not UTF-8"),
    ],
)
def test_dictionary_files_with_mistakes(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=told):
        read_dictionary(tmp_path / name)


class User:
    def __init__(self, name: str, age: int) -> None:
        self.name = name
        self.age = age


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_users_in_a_pickle(protocol: int) -> None:
    form, users = read_users(pickle.dumps([User("Ann", 30), User("Боб", 25)], protocol))
    assert form == "pickle"
    assert [str(user) for user in users] == ["User(name=Ann, age=30)", "User(name=Боб, age=25)"]


@pytest.mark.parametrize(
    ("message", "form", "expected"),
    [
        (b'{"name": "Ann", "age": 30}', "json", ["User(name=Ann, age=30)"]),
        (b'[{"name": "Ann"}, {"name": "Bob"}]', "json", ["User(name=Ann)", "User(name=Bob)"]),
        (b'["Ann", 30]', "json", ["User(name=Ann, age=30)"]),
        (b'[["Ann", 30], ["Bob", 1]]', "json", ["User(name=Ann, age=30)", "User(name=Bob, age=1)"]),
        (b"Ann,30", "text", ["User(name=Ann, age=30)"]),
        (b"Ann, 30, admin\nBob 5\n", "text", ["User(name=Ann, age=30, 2=admin)", "User(name=Bob, age=5)"]),
        (b"Ann", "text", ["User(name=Ann)"]),
        (b"\n", "text", []),
        (pickle.dumps({"name": "Ann"}), "pickle", ["User(name=Ann)"]),
        (pickle.dumps(("Ann", 30)), "pickle", ["User(name=Ann, age=30)"]),
        (pickle.dumps("Ann,30"), "pickle", ["User(name=Ann, age=30)"]),
    ],
)
def test_users(message: bytes, form: str, expected: list[str]) -> None:
    found, users = read_users(message)
    assert (found, [str(user) for user in users]) == (form, expected)


@pytest.mark.parametrize("message", [b"[", b"[5]x", b"[[1], 5]", pickle.dumps(5), b"\x80\x04x.", b"[" * 9999])
def test_no_users(message: bytes) -> None:
    with pytest.raises(NotUsersError):
        read_users(message)


@given(st.binary(max_size=200))
def test_any_bytes_for_users(message: bytes) -> None:
    for data in (message, b"\x80\x04" + message + b"."):
        try:
            json.dumps([user.as_json() for user in read_users(data)[1]])
        except NotUsersError:
            continue


def test_plain_values_are_bounded() -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless
    wide = [["x"] * 1000] * 1000
    assert len(json.dumps(plain(endless))) < 1000
    assert len(json.dumps(plain(wide))) < 10_000
    assert plain(10**100) == "a very large number"
    assert plain("x" * 5000) == "x" * 1000
    assert plain(object()) == "a object"
    assert plain({(1, 2): b"\xff", None: {3}}) == {"[1, 2]": "\\xff", "None": [3]}
