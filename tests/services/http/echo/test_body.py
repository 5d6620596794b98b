"""Bodies: forms, files, JSON, and what is none of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sandbox.background import BackgroundEngine
from sandbox.services.http.echo.body import MAX_FIELDS, MAX_JSON, Body, understood
from sandbox.services.http.echo.multipart import MAX_HEAD, MAX_PARTS, Part, parse_boundary, parse_parts
from tests.services.http.conftest import ask

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def posted(web: BackgroundEngine, body: bytes, content_type: str) -> dict[str, object]:
    answer = ask(web, "POST", "/post", body=body, headers={"Content-Type": content_type})
    assert answer.status == 200
    told: dict[str, object] = json.loads(answer.body)
    return told


def test_a_form(base: str, session: requests.Session) -> None:
    told = session.post(f"{base}/post", data={"one": "1", "many": ["a", "b"], "юникод": "да"}).json()
    assert told["form"] == {"one": "1", "many": ["a", "b"], "юникод": "да"}
    assert (told["data"], told["json"], told["files"]) == ("", None, {})


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"a=%EB%CF%CA", {"a": "%EB%CF%CA"}),
        ("a=да".encode(), {"a": "да"}),
        ("a=да".encode("koi8-r"), {}),
        (b"", {}),
    ],
)
def test_forms_in_other_charsets(web: BackgroundEngine, body: bytes, form: object) -> None:
    for content_type in (FORM, f"{FORM}; charset=koi8-r"):
        assert posted(web, body, content_type)["form"] == form


def test_files(base: str, session: requests.Session) -> None:
    files: list[tuple[str, Any]] = [
        ("text", ("a.txt", "привет".encode())),
        ("octets", ("a.png", b"\xff\x00", "image/png")),
        ("many", ("1", b"1")),
        ("many", ("2", b"2")),
    ]
    told = session.post(f"{base}/post", data={"field": "value"}, files=files).json()
    assert told["form"] == {"field": "value"}
    assert told["files"] == {
        "text": "привет",
        "octets": "data:image/png;base64,/wA=",
        "many": ["1", "2"],
    }


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"b": [1, 2], "a": null}', {"b": [1, 2], "a": None}),
        ('"да"'.encode(), "да"),
        (b" 12345678901234567890 ", 12345678901234567890),
        (b'"\\ud800"', "\ud800"),
        (b"{", None),
        (b"", None),
        (b'{"a": NaN}', None),
        (b"-Infinity", None),
        (b"[1e999]", None),  # told as a number it would be Infinity
        (b"9" * 5000, None),
        (b"[" * 100_000, None),
        ('{"a": 1}'.encode("utf-16"), None),
        ('"да"'.encode("koi8-r"), None),
    ],
)
def test_json(web: BackgroundEngine, body: bytes, value: object) -> None:
    for content_type in (JSON, "text/plain", f"{JSON}; charset=koi8-r", f"{JSON}; charset=nonsense"):
        assert posted(web, body, content_type)["json"] == value


def test_json_too_deep_to_be_written_is_null(web: BackgroundEngine) -> None:
    for depth in (100, 900, 990, 5000, 1_000_000):  # how deep is too deep differs between Pythons
        told = posted(web, b"[" * depth + b"]" * depth, JSON)
        assert told["data"] == "[" * depth + "]" * depth
        assert (told["json"] is None) or depth < 1_000_000


def test_text_comes_back_as_text_and_octets_as_a_data_url(web: BackgroundEngine) -> None:
    assert posted(web, "да\0".encode(), "application/octet-stream")["data"] == "да\0"
    assert posted(web, b"\xff", "text/plain")["data"] == "data:application/octet-stream;base64,/w=="


def test_large_bodies(base: str, session: requests.Session) -> None:
    told = session.post(f"{base}/post", data=[("a", "1")] * 20_000, files={"f": b"\0" * 200_000}).json()
    assert told["form"] == {"a": ["1"] * 20_000}
    assert told["files"] == {"f": "\0" * 200_000}
    assert session.post(f"{base}/post", json=["x"] * 20_000).json()["json"] == ["x"] * 20_000


def test_a_long_answer_comes_in_blocks_and_has_a_length(web: BackgroundEngine) -> None:
    answer = ask(web, "POST", "/post", body=b"x" * 500_000)
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert json.loads(answer.body)["data"] == "x" * 500_000


def test_what_would_take_long_to_take_apart_is_told_as_text() -> None:
    long = b"[" + b" " * (MAX_JSON - 2) + b"]"
    assert understood(long, JSON).json == []
    assert understood(long + b" ", JSON) == Body(data=long.decode() + " ")
    form = b"&".join([b"a=1"] * MAX_FIELDS)
    assert len(understood(form, FORM).form) == MAX_FIELDS
    assert understood(form + b"&", FORM) == Body(data=form.decode() + "&")


def test_a_part_has_no_endless_head_and_a_body_no_endless_parts() -> None:
    head = b'Content-Disposition: form-data; name="a"\r\nX: '.ljust(MAX_HEAD - 6, b"x")
    assert parse_parts(b"--x\r\n" + head + b"\r\n\r\n1\r\n--x--", "x") == [Part("a", b"1")]
    assert parse_parts(b"--x\r\n" + head + b"xx\r\n\r\n1\r\n--x--", "x") is None
    assert parse_parts(b"\n--x" * (MAX_PARTS + 1) + b"--", "x") is None


def test_chunked_bodies(base: str, session: requests.Session) -> None:
    assert session.post(f"{base}/post", data=iter([b"one", b"two"])).json()["data"] == "onetwo"
    told = session.post(f"{base}/post", data=iter([b"a=", b"1"]), headers={"Content-Type": FORM}).json()
    assert told["form"] == {"a": "1"}


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", 'multipart/form-data; boundary="x"']
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
        b"--x\r\nno head--x--",
    ],
)
def test_a_broken_multipart_body_counts_as_empty(
    web: BackgroundEngine, body: bytes, content_type: str
) -> None:
    told = posted(web, body, content_type)
    assert (told["data"], told["form"], told["files"], told["json"]) == ("", {}, {}, None)


def test_a_multipart_body_without_boundary_is_data(web: BackgroundEngine) -> None:
    assert posted(web, b"junk", "multipart/form-data")["data"] == "junk"


def test_parts_keep_every_octet() -> None:
    content = b"\r\n--y\r\n\r\n--\xff\0\n"
    body = (
        b'preamble\r\n--x  \r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        + content
        + b"\r\n--x--\r\nepilogue"
    )
    assert parse_parts(body, "x") == [Part("a", content)]


def test_lines_may_end_with_line_feeds_alone() -> None:
    body = b"--x\nContent-Disposition: form-data; name=a\n\n1\n--x\nContent-Disposition: form-data; name=b\n\n\n--x--"
    assert parse_parts(body, "x") == [Part("a", b"1"), Part("b", b"")]


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        (b'form-data; name="a\\"b"', 'a"b', None),
        (b'form-data; name="a;b"; filename=""', "a;b", ""),
        (b'FORM-DATA; NAME=a; FileName="x y.txt"', "a", "x y.txt"),
        (b"form-data; name=a; filename*=koi8-r''%C4%C1; filename=da", "a", "да"),
        (b"form-data; name=a; filename*=nonsense''%41", "a", "A"),
        ('form-data; name="да"'.encode(), "да", None),
        (b"form-data", "", None),
        (b"form-data;\r\n name=folded", "folded", None),
    ],
)
def test_names_of_parts(disposition: bytes, name: str, filename: str | None) -> None:
    body = b"--x\r\nContent-Disposition: " + disposition + b"\r\n\r\n1\r\n--x--"
    assert parse_parts(body, "x") == [Part(name, b"1", filename)]


def test_a_part_has_its_own_charset(web: BackgroundEngine) -> None:
    head = b'Content-Disposition: form-data; name="%s"\r\nContent-Type: text/plain; charset=%s\r\n\r\n'
    parts = [
        head % (b"a", b"koi8-r") + "да".encode("koi8-r"),
        head % (b"b", b"nonsense") + "да".encode(),
        head % (b"c", b"utf-8") + b"\xff",
        head % (b"d", b"idna") + b"\xff",
    ]
    body = b"--x\r\n" + b"\r\n--x\r\n".join(parts) + b"\r\n--x--\r\n"
    told = posted(web, body, "multipart/form-data; boundary=x")
    assert told["form"] == {"a": "да", "b": "да", "c": "\ufffd", "d": "\ufffd"}


@given(
    st.lists(st.tuples(st.text("abc ж", max_size=4), st.binary(max_size=40))),
    st.text("abc-'()+_,./:=?", min_size=1, max_size=20),
)
def test_what_is_put_together_is_taken_apart(fields: list[tuple[str, bytes]], boundary: str) -> None:
    delimiter = b"--" + boundary.encode()
    fields = [(name, value) for name, value in fields if delimiter not in b"\r\n" + value]
    body = b"".join(
        delimiter + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields
    )
    assert parse_boundary(f'multipart/form-data; boundary="{boundary}"') == boundary
    parts = parse_parts(body + delimiter + b"--\r\n", boundary)
    assert parts == [Part(name, value) for name, value in fields]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_octets_are_parts_or_none(head: bytes, content: bytes) -> None:
    for body in (head, b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n--x--"):
        assert all(isinstance(part, Part) for part in parse_parts(body, "x") or [])
