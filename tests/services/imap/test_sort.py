"""SORT: orders, base subjects, dates in UTC."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap import search, sort
from sandbox.services.imap.dates import read_date_field
from sandbox.services.imap.subjects import base_subject
from tests.services.imap.mails import NEW_YEAR, numbered, outcome, stored, tokens

MAILBOX = numbered(
    stored(
        "From: Carl <carl@x.test>\nTo: z@x.test\nCc: b@x.test\nSubject: Re: beta\n"
        "Date: Thu, 1 Jan 2026 10:00:00 +0300\n\n" + "x" * 200 + "\n",
        date=NEW_YEAR + 30,
    ),
    stored(
        "From: =?utf-8?q?Ann?= <ANN@x.test>\nTo: group: y@x.test;\nSubject: =?utf-8?q?alpha?=\n"
        "Date: Thu, 1 Jan 2026 10:00:00 -0300\n\nx\n",
        date=NEW_YEAR + 20,
    ),
    stored(
        "From: bob@x.test\nSubject: [list] Beta (fwd)\nDate: nonsense\n\nmiddle body\n", date=NEW_YEAR + 10
    ),
)


def order(*criteria: str, keys: tuple[object, ...] = ("ALL",)) -> list[int]:
    query = sort.parse(tokens(list(criteria), "UTF-8", *keys))
    return [number for number, _ in outcome(sort.run(query, MAILBOX, recent=frozenset(), now=NEW_YEAR))]


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        (["ARRIVAL"], [3, 2, 1]),
        (["REVERSE", "ARRIVAL"], [1, 2, 3]),
        (["DATE"], [1, 3, 2]),
        (["reverse", "date"], [2, 3, 1]),
        (["FROM"], [2, 3, 1]),
        (["TO"], [3, 2, 1]),
        (["CC"], [2, 3, 1]),
        (["SIZE"], [3, 2, 1]),
        (["SUBJECT"], [2, 1, 3]),
        (["SUBJECT", "ARRIVAL"], [2, 3, 1]),
        (["SUBJECT", "REVERSE", "ARRIVAL"], [2, 1, 3]),
        (["REVERSE", "SUBJECT"], [1, 3, 2]),
        (["REVERSE", "SUBJECT", "ARRIVAL"], [3, 1, 2]),
    ],
)
def test_every_criterion(criteria: list[str], numbers: list[int]) -> None:
    assert order(*criteria) == numbers


def test_only_what_is_searched_for_is_sorted() -> None:
    assert order("ARRIVAL", keys=("SUBJECT", b"beta")) == [3, 1]
    assert order("ARRIVAL", keys=("NOT", "ALL")) == []


def test_a_charset_must_be_known() -> None:
    with pytest.raises(search.BadCharset):
        sort.parse(tokens(["DATE"], "X-NONE", "ALL"))


@pytest.mark.parametrize(
    "words",
    [
        [],
        [["DATE"]],
        [["DATE"], "UTF-8"],
        ["DATE", "UTF-8", "ALL"],
        [[], "UTF-8", "ALL"],
        [["REVERSE"], "UTF-8", "ALL"],
        [["REVERSE", "REVERSE", "DATE"], "UTF-8", "ALL"],
        [["COLOUR"], "UTF-8", "ALL"],
        [[b"DATE"], "UTF-8", "ALL"],
        [["DATE"], ["UTF-8"], "ALL"],
        [["DATE"], "UTF-8", "NONSENSE"],
    ],
)
def test_what_is_no_sort_is_refused(words: list[object]) -> None:
    with pytest.raises(ValueError):
        sort.parse(tokens(*words))


@pytest.mark.parametrize(
    ("subject", "base", "is_reply"),
    [
        ("", "", False),
        ("Hello", "hello", False),
        ("Re: Hello", "hello", True),
        ("RE : fw: FWD: Hello", "hello", True),
        ("Re[2]: Hello", "hello", True),
        ("[list] Hello", "hello", False),
        ("[list] Re: [list] Hello", "hello", True),
        ("Re: [a] [b] Hello", "hello", True),
        ("Hello (fwd) (FWD) ", "hello", True),
        ("[Fwd: Re: Hello]", "hello", True),
        ("[fwd: [fwd: Hello]]", "hello", True),
        ("[list]", "[list]", False),
        ("Re: [list]", "[list]", True),
        ("Re:", "", True),
        ("two   words\there", "two words here", False),
        ("Reply: Hello", "reply: hello", False),
        ("re: " * 1000, "", True),
    ],
)
def test_base_subjects(subject: str, base: str, is_reply: bool) -> None:
    assert base_subject(subject) == (base, is_reply)


@given(st.text(st.sampled_from("[]() :refwd")))
def test_a_base_subject_has_itself_as_base(subject: str) -> None:
    base, _ = base_subject(subject)
    assert base_subject(base) == (base, False)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (b"Thu, 01 Jan 2026 10:00:00 +0300", NEW_YEAR),
        (b"1 Jan 2026 07:00 GMT", NEW_YEAR),
        (b"1 Jan 26 07:00:00 UT", NEW_YEAR),
        (b"Thu,  1  January  2026 02:00:00 EST (comment)", NEW_YEAR),
        (b"01-Jan-2026 10:00:00 MSK", NEW_YEAR),
        (b"1 Jan 2026", NEW_YEAR - 7 * 3600),
        (b"1 Jan 2026 25:00:00 +0000", NEW_YEAR - 7 * 3600),
        (b"1 Jan 2026 07:00:60 +0000", NEW_YEAR + 60),
        (b"1 Jan 2026 07:00:00 -0000", NEW_YEAR),
        (b"1 Jan 126 07:00:00", NEW_YEAR),
    ],
)
def test_date_fields(value: bytes, moment: float) -> None:
    sent = read_date_field(value)
    assert sent is not None
    assert sent.moment == moment
    assert sent.day.isoformat() == "2026-01-01"


@pytest.mark.parametrize(
    "value", [b"", b"yesterday", b"31 Feb 2026", b"1 Foo 2026", b"0 Jan 2026", b"1 Jan 0000"]
)
def test_what_is_no_date(value: bytes) -> None:
    assert read_date_field(value) is None


@given(st.one_of(st.binary(), st.text(st.sampled_from("0123456789 -+:,JanFebMon")).map(str.encode)))
def test_any_octets_are_a_date_or_none(value: bytes) -> None:
    sent = read_date_field(value)
    assert sent is None or abs(sent.moment) < 1e12
