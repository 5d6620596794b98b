"""The small forms of the wire: mailbox names, internal dates, strings, flags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap import utf7
from sandbox.services.imap.flags import difference, parse_flags, union
from sandbox.services.imap.internal_date import parse_date_time
from sandbox.services.imap.replies import BadError, astring, tagged
from sandbox.services.imap.tokens import Atom


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("INBOX", b"INBOX"),
        ("Входящие", b"&BBIERQQ+BDQETwRJBDgENQ-"),
        ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("A&B", b"A&-B"),
        ("&&", b"&-&-"),
        ("\U0001f4ec", b"&2D3c7A-"),
        ("", b""),
    ],
)
def test_modified_utf7(name: str, octets: bytes) -> None:
    assert utf7.encode(name) == octets
    assert utf7.decode(octets) == name


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_name_comes_back(name: str) -> None:
    assert utf7.decode(utf7.encode(name)) == name


@pytest.mark.parametrize(
    "octets",
    [
        b"&",
        b"a&b",
        b"&AA-",
        b"&AGE-",
        b"&2D0-",
        b"&*-",
        b"&BB8E-",
        b"&BB8-&BEA-",
        b"\xff",
        b"&BB9-",
    ],
)
def test_what_is_no_modified_utf7(octets: bytes) -> None:
    with pytest.raises(ValueError):
        utf7.decode(octets)


def test_plain_utf8_is_understood() -> None:
    assert utf7.decode("Письма & co".encode()) == "Письма & co"


@pytest.mark.parametrize(
    ("text", "moment", "zone"),
    [
        (b"01-Jan-1970 00:00:00 +0000", 0.0, 0),
        (b" 1-jan-1970 03:00:00 +0300", 0.0, 180),
        (b"1-JAN-1970 00:00:00 -0730", 27000.0, -450),
        (b"17-Jul-1996 02:44:25 -0700", 837596665.0, -420),
        (b"31-Dec-9999 23:59:59 +0000", 253402300799.0, 0),
    ],
)
def test_internal_dates(text: bytes, moment: float, zone: int) -> None:
    assert parse_date_time(text) == (moment, zone)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"17-Jul-1996",
        b"17-Jul-1996 02:44:25",
        b"32-Jul-1996 02:44:25 -0700",
        b"31-Jun-1996 02:44:25 -0700",
        b"17-Jul-0000 02:44:25 -0700",
        b"17-Jul-1996 24:44:25 -0700",
        b"17-Jul-1996 02:44:25 -2400",
        b"17-Jul-1996 02:44:25 -0760",
        b"17-Jux-1996 02:44:25 -0700",
        b"17-Jul-1996 02:44:25 -0700\n",
        "١٧-Jul-1996 02:44:25 -0700".encode(),
    ],
)
def test_what_is_no_internal_date(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"date-time looks|no such date"):
        parse_date_time(text)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (b"INBOX", b"INBOX"),
        (b"a/b.c", b"a/b.c"),
        (b"&BB8-", b"&BB8-"),
        (b"a b", b'"a b"'),
        (b'a"b\\c', b'"a\\"b\\\\c"'),
        (b"[Gmail]", b'"[Gmail]"'),
        (b"", b'""'),
        (b"NIL", b'"NIL"'),
        (b"a\r\nb", b"{4}\r\na\r\nb"),
    ],
)
def test_astrings(value: bytes, written: bytes) -> None:
    assert astring(value) == written


def test_a_reply_is_one_line_whatever_it_quotes() -> None:
    assert tagged(b"a", b"NO", "x\r\n* BYE й", "CANNOT") == b"a NO [CANNOT] x??* BYE ?\r\n"
    assert tagged(b"a", b"OK", "done") == b"a OK done\r\n"


def test_flags_have_one_spelling_and_keywords_their_own() -> None:
    assert parse_flags([Atom(b"\\SEEN"), Atom(b"$Work")]) == {
        "\\Seen",
        "$Work",
    }
    assert union(frozenset({"\\Seen", "$Work"}), ["$WORK", "$New"]) == {"\\Seen", "$Work", "$New"}
    assert difference(frozenset({"\\Seen", "$Work"}), ["$WORK"]) == {"\\Seen"}


@pytest.mark.parametrize("flag", [b"\\Recent", b"\\", b"\\*", b"a]b", b"a%b", b"a" * 201, "ключ".encode()])
def test_what_is_no_flag(flag: bytes) -> None:
    with pytest.raises(BadError):
        parse_flags([Atom(flag)])
