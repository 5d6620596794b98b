"""Parts of the alphabet."""

from __future__ import annotations

from string import ascii_lowercase as alphabet

import pytest

from sandbox.background import BackgroundEngine
from tests.services.http.conftest import ask, get


@pytest.mark.parametrize(
    ("field", "part", "content_range"),
    [
        ("bytes=0-4", "abcde", "bytes 0-4/26"),
        ("bytes=24-", "yz", "bytes 24-25/26"),
        ("bytes=-3", "xyz", "bytes 23-25/26"),
        ("bytes=20-99", "uvwxyz", "bytes 20-25/26"),
        ("bytes=-99", alphabet, "bytes 0-25/26"),
        ("bytes=0-", alphabet, "bytes 0-25/26"),
    ],
)
def test_a_part(web: BackgroundEngine, field: str, part: str, content_range: str) -> None:
    answer = get(web, "/range/26", Range=field)
    assert (answer.status, answer.text) == (206, part)
    assert answer.headers["Content-Range"] == content_range
    assert answer.headers["ETag"] == "range26"


@pytest.mark.parametrize("field", ["", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1"])
def test_all_of_it(web: BackgroundEngine, field: str) -> None:
    answer = get(web, "/range/30", Range=field)
    assert (answer.status, answer.text) == (200, alphabet + "abcd")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Range"] is None


@pytest.mark.parametrize("field", ["bytes=26-", "bytes=99-100", "bytes=-0"])
def test_none_of_it(web: BackgroundEngine, field: str) -> None:
    answer = get(web, "/range/26", Range=field)
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["Content-Range"] == "bytes */26"


@pytest.mark.parametrize(("condition", "status"), [("range26", 206), ('"range26"', 206), ("other", 200)])
def test_a_part_of_the_same_representation_only(web: BackgroundEngine, condition: str, status: int) -> None:
    assert get(web, "/range/26", Range="bytes=0-4", If_Range=condition).status == status


@pytest.mark.parametrize(
    ("n", "status"), [("0", 404), ("102401", 404), ("-1", 404), ("x", 400), ("102400", 200)]
)
def test_the_size(web: BackgroundEngine, n: str, status: int) -> None:
    assert get(web, f"/range/{n}").status == status


def test_pieces_within_a_time(web: BackgroundEngine) -> None:
    assert get(web, "/range/26?duration=50ms&chunk_size=5").text == alphabet
    assert ask(web, "HEAD", "/range/26?duration=3000&chunk_size=1").headers["Content-Length"] == "26"
