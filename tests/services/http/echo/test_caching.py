"""Validators, ages and header fields of the client's choice."""

from __future__ import annotations

import json

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.services.http.conftest import get


def test_a_cache_validates(web: BackgroundEngine) -> None:
    first = get(web, "/cache")
    assert first.status == 200
    assert json.loads(first.body)["args"] == {}
    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        answer = get(web, "/cache", **{name: value})
        assert (answer.status, answer.body) == (304, b"")


def test_a_cache_may_keep(web: BackgroundEngine) -> None:
    assert get(web, "/cache/60").headers["Cache-Control"] == "public, max-age=60"
    assert get(web, "/cache/x").status == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"If_None_Match": "abc"}, 304),
        ({"If_None_Match": '"abc"'}, 304),
        ({"If_None_Match": 'W/"abc"'}, 304),
        ({"If_None_Match": '"x", W/"y","abc"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"x,abc,y"'}, 200),
        ({"If_None_Match": "x"}, 200),
        ({"If_Match": '"abc"'}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": '"x"'}, 412),
        ({"If_Match": '"x"', "If_None_Match": '"x"'}, 200),
    ],
)
def test_an_entity_tag(web: BackgroundEngine, fields: dict[str, str], status: int) -> None:
    answer = get(web, "/etag/abc", **fields)
    assert answer.status == status
    assert answer.headers["ETag"] == (None if status == 412 else "abc")


def test_an_entity_tag_may_bring_its_quotes(web: BackgroundEngine) -> None:
    assert get(web, "/etag/%22abc%22").headers["ETag"] == '"abc"'
    assert get(web, "/etag/%22abc%22", If_None_Match='"abc"').status == 304
    assert get(web, "/etag/a%0D%0AX:y").status == 400


def test_header_fields_of_choice(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/response-headers?X-One=1&X-Two=a&X-Two=b&Server=mine")
    assert (answer.headers["X-One"], answer.headers["X-Two"], answer.headers["Server"]) == (
        "1",
        "a, b",
        "mine",
    )
    told = answer.json()
    assert told["X-Two"] == ["a", "b"]
    assert told["Content-Length"] == answer.headers["Content-Length"] == str(len(answer.content))
    assert session.post(f"{base}/response-headers?a=b").json()["a"] == "b"


@pytest.mark.parametrize("size", range(60, 110))
def test_the_length_is_told_where_it_grows(web: BackgroundEngine, size: int) -> None:
    answer = get(web, f"/response-headers?a={'x' * size}")
    assert json.loads(answer.body)["Content-Length"] == str(len(answer.body))


def test_a_media_type_of_choice_is_the_only_one(web: BackgroundEngine) -> None:
    answer = get(web, "/response-headers?Content-Type=text/plain")
    assert answer.headers.get_all("Content-Type") == ["text/plain"]
    assert json.loads(answer.body)["Content-Type"] == ["application/json", "text/plain"]


@pytest.mark.parametrize(
    "query",
    [
        "a%20b=1",
        "=1",
        "a=%0D%0AX:y",
        "a=%00",
        "Content-Length=5",
        "transfer-encoding=chunked",
        "Connection=x",
    ],
)
def test_fields_that_are_refused(web: BackgroundEngine, query: str) -> None:
    assert get(web, f"/response-headers?{query}").status == 400
