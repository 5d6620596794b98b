"""Sequence sets: what is read, which numbers they hold, and the shortest way to write numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap.sequence import compress, parse_set


@pytest.mark.parametrize(
    ("text", "largest", "numbers"),
    [
        (b"1", 5, [1]),
        (b"2:4", 5, [2, 3, 4]),
        (b"4:2", 5, [2, 3, 4]),
        (b"*", 5, [5]),
        (b"4:*", 5, [4, 5]),
        (b"*:4", 5, [4, 5]),
        (b"9:*", 5, [5]),
        (b"5,1,3:4,3", 5, [1, 3, 4, 5]),
        (b"1:4294967295", 3, [1, 2, 3]),
        (b"7", 5, []),
        (b"1:*", 0, []),
        (b"*", 0, []),
    ],
)
def test_expands_against_the_largest_number(text: bytes, largest: int, numbers: list[int]) -> None:
    assert parse_set(text).expand(largest) == numbers
    assert [n for n in range(1, largest + 1) if parse_set(text).contains(n, largest)] == numbers


@pytest.mark.parametrize(
    "text",
    [b"", b"0", b"1,", b",1", b"1::2", b"1:2:3", b"-1", b"+1", b"1 ", b"x", b"4294967296", b"9" * 5000],
)
def test_refuses_what_is_no_set(text: bytes) -> None:
    with pytest.raises(ValueError, match="sequence set"):
        parse_set(text)


def test_selects_uids_that_exist() -> None:
    uids = [3, 7, 8, 20]
    assert parse_set(b"1:7,9,15:30").select(uids) == [3, 7, 20]
    assert parse_set(b"*").select(uids) == [20]
    assert parse_set(b"400:*").select(uids) == [20]
    assert parse_set(b"1:*").select([]) == []


def test_one_set_answers_for_mailboxes_of_different_sizes() -> None:
    numbers = parse_set(b"*")
    assert numbers.contains(3, 3)
    assert not numbers.contains(3, 9)
    assert numbers.contains(9, 9)


def test_knows_the_highest_number_written() -> None:
    assert parse_set(b"3,9:4,*").highest == 9
    assert parse_set(b"*").highest == 0


@given(st.lists(st.integers(1, 60), min_size=1))
def test_compressed_sets_read_back(numbers: list[int]) -> None:
    assert parse_set(compress(sorted(set(numbers)))).expand(60) == sorted(set(numbers))


def test_compresses_runs_and_keeps_the_order() -> None:
    assert compress([1, 2, 3, 7, 9, 10]) == b"1:3,7,9:10"
    assert compress([3, 2, 1]) == b"3,2,1"
    assert compress([]) == b""
