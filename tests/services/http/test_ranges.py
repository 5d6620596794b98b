"""Range fields (RFC 9110 §14.1.2, its examples for a representation of 10,000 octets)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.http.ranges import ByteRange, UnsatisfiableError, parse_range

SIZE = 10_000


@pytest.mark.parametrize(
    ("field", "start", "stop"),
    [
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=-500", 9500, 10000),
        ("bytes=9500-", 9500, 10000),
        ("BYTES = 0-99999", 0, 10000),
        ("bytes=-99999", 0, 10000),
    ],
)
def test_one_range(field: str, start: int, stop: int) -> None:
    assert parse_range(field, SIZE) == ByteRange(start, stop, SIZE)


@pytest.mark.parametrize(
    "field", [None, "", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b"]
)
def test_ignored(field: str | None) -> None:
    assert parse_range(field, SIZE) is None


@pytest.mark.parametrize("field", ["bytes=10000-", "bytes=10000-10001", "bytes=-0"])
def test_unsatisfiable(field: str) -> None:
    with pytest.raises(UnsatisfiableError):
        parse_range(field, SIZE)


def test_content_range() -> None:
    assert ByteRange(0, 500, SIZE).content_range == "bytes 0-499/10000"


@given(st.text(alphabet="bytes=-,0123456789 ") | st.text(), st.integers(0, 10**6))
def test_any_field(field: str, size: int) -> None:
    try:
        part = parse_range(field, size)
    except UnsatisfiableError:
        return
    assert part is None or 0 <= part.start < part.stop <= size
