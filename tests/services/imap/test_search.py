"""SEARCH: every key, decoded text, dates without time, and refusals with a reason."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap import keys, search
from sandbox.services.imap.decoding import decode_words
from sandbox.services.imap.text import Text, searchable
from sandbox.services.imap.tokens import Atom, Group, String, Token
from sandbox.stores.mail import StoredMessage
from tests.services.imap.mails import NEW_YEAR, numbered, stored, tokens

DAY = 86400.0

MAILBOX = numbered(
    stored(
        """
        From: Ann Bee <ann@x.test>
        To: bob@x.test, "Carl, C." <carl@y.test>
        Subject: Minutes of the
         meeting
        Date: Thu, 1 Jan 2026 23:30:00 -0500

        The first body.
        """,
        uid=10,
        flags=["\\Seen", "\\Answered", "Work"],
        modseq=5,
    ),
    stored(
        """
        From: =?koi8-r?B?4c7OwQ==?= <anna@x.test>
        Cc: list@x.test
        Bcc: secret@x.test
        Subject: =?utf-8?B?0JPQvtC00L7QstC+0Lkg0L7Rgg==?= =?utf-8?Q?=D1=87=D1=91=D1=82?=
        Date: 2 Jan 2026 00:30 +0300
        X-Empty:

        Second.
        """,
        uid=12,
        flags=["\\Deleted", "\\flagged"],
        date=NEW_YEAR + DAY,
        zone=180,
        modseq=6,
    ),
    stored(
        f"Subject: raw Тема\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.b64encode('Привет, Straße!'.encode()).decode()}\n",
        uid=20,
        flags=["\\Draft"],
        date=NEW_YEAR + 10 * DAY,
        modseq=7,
    ),
)


def find(
    *words: object, messages: list[tuple[int, StoredMessage]] = MAILBOX, now: float = NEW_YEAR + 11 * DAY
) -> list[int]:
    scan = search.scan(search.parse(tokens(*words)), messages, recent=frozenset({20}), now=now)
    found = [one for one in scan if one is not None]
    assert found == sorted(found, key=lambda one: one[0])
    return [number for number, _ in found]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["ALL"], [1, 2, 3]),
        (["ANSWERED"], [1]),
        (["UNANSWERED"], [2, 3]),
        (["DELETED"], [2]),
        (["UNDELETED"], [1, 3]),
        (["DRAFT"], [3]),
        (["UNDRAFT"], [1, 2]),
        (["FLAGGED"], [2]),
        (["UNFLAGGED"], [1, 3]),
        (["SEEN"], [1]),
        (["unseen"], [2, 3]),
        (["RECENT"], [3]),
        (["OLD"], [1, 2]),
        (["NEW"], [3]),
        (["KEYWORD", "work"], [1]),
        (["UNKEYWORD", "WORK"], [2, 3]),
        (["1"], [1]),
        (["2:*"], [2, 3]),
        (["*"], [3]),
        (["*:2"], [2, 3]),
        (["1,3"], [1, 3]),
        (["7"], []),
        (["UID", "12"], [2]),
        (["UID", "11:*"], [2, 3]),
        (["UID", "30:*"], [3]),
        (["MODSEQ", "6"], [2, 3]),
        (["MODSEQ", b"/flags/\\\\draft", "all", "7"], [3]),
        (["NOT", "SEEN"], [2, 3]),
        (["NOT", "NOT", "SEEN"], [1]),
        (["OR", "SEEN", "DRAFT"], [1, 3]),
        (["OR", "OR", "SEEN", "DRAFT", "DELETED"], [1, 2, 3]),
        (["OR", ["SEEN", "DRAFT"], ["DELETED", ["FLAGGED"]]], [2]),
        (["NOT", ["SEEN", "ANSWERED"]], [2, 3]),
        ([["UNSEEN"]], [2, 3]),
        (["UNSEEN", "UNDELETED"], [3]),
        (["UNSEEN", "1:2", "NOT", "DRAFT"], [2]),
    ],
)
def test_flags_numbers_and_logic(words: list[object], numbers: list[int]) -> None:
    assert find(*words) == numbers


def test_sizes_are_compared_without_being_equal() -> None:
    size = len(MAILBOX[0][1].content)
    assert 1 not in find("LARGER", size)
    assert 1 not in find("SMALLER", size)
    assert 1 in find("LARGER", size - 1)
    assert 1 in find("SMALLER", size + 1)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["FROM", b"ann"], [1, 2]),
        (["FROM", "ANN@X"], [1]),
        (["FROM", "Анна".encode()], [2]),
        (["TO", b"carl, c."], [1]),
        (["CC", b"list"], [2]),
        (["BCC", b"secret"], [2]),
        (["SUBJECT", b"minutes of the meeting"], [1]),
        (["SUBJECT", "годовой ОТЧЁТ".encode()], [2]),
        (["SUBJECT", "тема".encode()], [3]),
        (["SUBJECT", b""], [1, 2, 3]),
        (["HEADER", "X-EMPTY", b""], [2]),
        (["HEADER", "x-none", b""], []),
        (["HEADER", "Date", b"jan 2026"], [1, 2]),
        (["HEADER", "Date:", b"23:30"], [1]),
        (["BODY", b"FIRST BODY"], [1]),
        (["BODY", "пРИВЕТ".encode()], [3]),
        (["BODY", b"STRASSE"], [3]),
        (["BODY", b"minutes"], []),
        (["BODY", b"base64"], []),
        (["BODY", b""], [1, 2, 3]),
        (["TEXT", b"minutes"], [1]),
        (["TEXT", b"first"], [1]),
        (["TEXT", "ОТЧЁТ".encode()], [2]),
        (["TEXT", b"subject: minutes of the meeting"], [1]),
        (["TEXT", b"no such text"], []),
    ],
)
def test_text_is_decoded_and_compared_in_any_case(words: list[object], numbers: list[int]) -> None:
    assert find(*words) == numbers


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["ON", "1-Jan-2026"], [1]),
        (["ON", b"02-jan-2026"], [2]),
        (["SINCE", "2-Jan-2026"], [2, 3]),
        (["BEFORE", "2-Jan-2026"], [1]),
        (["BEFORE", "12-Jan-2026"], [1, 2, 3]),
        (["SENTON", "1-Jan-2026"], [1]),
        (["SENTON", "2-Jan-2026"], [2]),
        (["SENTSINCE", "1-Jan-2026"], [1, 2]),
        (["SENTBEFORE", b"2-Jan-2026"], [1]),
    ],
)
def test_dates_are_compared_without_time_and_zone(words: list[object], numbers: list[int]) -> None:
    assert find(*words) == numbers


def test_the_internal_date_counts_in_its_own_zone() -> None:
    late = 1767225600.0 - 3600  # 2025-12-31 23:00 UTC
    messages = numbered(stored(date=late, zone=0), stored(date=late, zone=120), stored(date=late, zone=-60))
    assert find("ON", "31-Dec-2025", messages=messages) == [1, 3]
    assert find("SINCE", "1-Jan-2026", messages=messages) == [2]


def test_younger_and_older_are_about_seconds() -> None:
    now = NEW_YEAR + 100
    messages = numbered(stored(date=now - 60), stored(date=now - 3600))
    assert find("YOUNGER", 60, messages=messages, now=now) == [1]
    assert find("OLDER", 60, messages=messages, now=now) == [1, 2]
    assert find("OLDER", 61, messages=messages, now=now) == [2]


def mime() -> bytes:
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = "Вложенное"
    inner.set_content("quoted: été\n", charset="iso-8859-1", cte="quoted-printable")
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "outer"
    mail.set_content("Первая часть\n", charset="koi8-r", cte="8bit")
    mail.add_alternative("<b>Вторая</b> часть\n", subtype="html", charset="windows-1251", cte="base64")
    mail.add_attachment(inner)
    mail.add_attachment(b"needle", maintype="application", subtype="octet-stream", filename="файл.bin")
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["BODY", "первая ЧАСТЬ".encode()], True),
        (["BODY", "<B>вторая".encode()], True),
        (["BODY", "ÉTÉ".encode()], True),
        (["BODY", "вложенное".encode()], True),
        (["SUBJECT", "вложенное".encode()], False),
        (["BODY", b"koi8-r"], False),
        (["BODY", b"multipart"], False),
        (["BODY", b"outer"], False),
        (["BODY", b"needle"], False),
        (["TEXT", b"koi8-r"], True),
        (["TEXT", b"octet-stream"], True),
    ],
)
def test_all_text_parts_are_searched_and_mime_headers_only_by_text(words: list[object], found: bool) -> None:
    assert find(*words, messages=numbered(stored(mime()))) == ([1] if found else [])


def test_text_without_a_charset_is_what_it_looks_like() -> None:
    for content in ("привет".encode(), "ПРИВЕТ".encode()):
        assert find(
            "BODY", "Привет".encode(), messages=numbered(stored(b"Subject: x\r\n\r\n" + content))
        ) == [1]
    assert find("BODY", "ÉTÉ".encode(), messages=numbered(stored(b"Subject: x\r\n\r\n\xe9t\xe9"))) == [1]


def test_cheap_keys_spare_the_dear_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def note(content: bytes) -> Text:
        asked.append(content)
        return searchable(content)

    monkeypatch.setattr(keys, "searchable", note)
    assert find("TEXT", b"x.test", "NOT", "FROM", b"bob", "SEEN") == [1]
    assert find("OR", "BODY", b"nothing", "SEEN", "SEEN") == [1]
    assert set(asked) == {MAILBOX[0][1].content}


def test_strings_come_in_the_charset_the_client_names() -> None:
    for charset in ("utf-8", "KOI8-R", "windows-1251", "ISO-8859-5", b"UTF-8"):
        name = charset if isinstance(charset, str) else charset.decode()
        assert find("CHARSET", charset, "SUBJECT", "Тема".encode(name)) == [3]
    assert find("CHARSET", "us-ascii", "FROM", b"ann@") == [1]
    assert find("FROM", "Анна".encode()) == [2]


@pytest.mark.parametrize(
    "charset", ["X-NONE", "rot13", "utf-16", "punycode", "\u044f", "a" * 1000, "x\0y", ""]
)
def test_an_unknown_charset_is_refused_by_its_own_error(charset: str) -> None:
    with pytest.raises(search.BadCharset):
        search.parse(tokens("CHARSET", charset.encode(), "ALL"))


def test_the_options_of_an_extended_search() -> None:
    def returns(*words: object) -> tuple[bytes, ...] | None:
        return search.parse(tokens(*words)).returns

    assert returns("ALL") is None
    assert returns("RETURN", [], "ALL") == (b"ALL",)
    assert returns("return", ["min", "COUNT"], "CHARSET", "UTF-8", "ALL") == (b"MIN", b"COUNT")


def test_a_search_for_modseq_says_so() -> None:
    assert search.parse(tokens("OR", "ALL", ["NOT", "MODSEQ", "1"])).wants_modseq
    assert not search.parse(tokens("ALL")).wants_modseq


@pytest.mark.parametrize(
    "words",
    [
        [],
        [[]],
        ["NONSENSE"],
        [b"ALL"],
        ["NOT"],
        ["OR", "ALL"],
        ["FROM"],
        ["FROM", ["x"]],
        ["HEADER", "Subject"],
        ["SINCE", "yesterday"],
        ["SINCE", "1-Foo-2026"],
        ["SINCE", "31-Feb-2026"],
        ["SINCE", "1-Jan-26"],
        ["LARGER", "x"],
        ["LARGER", "-1"],
        ["LARGER", "4294967296"],
        ["YOUNGER", "0"],
        ["UID"],
        ["UID", "x"],
        ["0"],
        ["1:"],
        ["1:x"],
        ["MODSEQ"],
        ["MODSEQ", "x"],
        ["CHARSET"],
        ["CHARSET", "UTF-8"],
        ["CHARSET", ["UTF-8"], "ALL"],
        ["RETURN", "ALL"],
        ["RETURN", ["NONSENSE"], "ALL"],
        ["RETURN", [b"MIN"], "ALL"],
        ["RETURN", ["MIN"]],
        ["CHARSET", "UTF-8", "SUBJECT", b"\xff"],
        ["ALL", "CHARSET", "UTF-8"],
        ["NOT"] * 200 + ["ALL"],
    ],
)
def test_what_is_no_search_is_refused_with_a_text(words: list[object]) -> None:
    with pytest.raises(ValueError, match=r"^[a-z].*[^.]$"):
        search.parse(tokens(*words))


def test_nesting_is_bounded_above_what_clients_send() -> None:
    words: list[object] = ["ALL"]
    for _ in range(40):
        words = ["OR", "FROM", "a", *words]
    assert find(*words) == [1, 2, 3]
    token: Token = Atom(b"ALL")
    for _ in range(2000):
        token = Group((token,))
    with pytest.raises(ValueError, match="nested"):
        search.parse([token])


def test_an_empty_mailbox_has_nothing() -> None:
    assert find("ALL", messages=[]) == []
    assert find("*", messages=[]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"a =?utf-8?q?b_c?= d", "a b c d"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=  =?koi8-r?q?=C1?=", "aа"),
        (b"=?utf-8?b?0L8=?= x =?utf-8?b?0L8=?=", "п x п"),
        (b"=?utf-8?q?=D0?= =?UTF-8?q?=BF?=", "п"),
        (b"=?utf-8*ru?q?a?=", "a"),
        (b"=?utf-8?b?0L8?=", "п"),
        (b"=?utf-8?b?0L9!?=", "п"),
        (b"=?x-none?q?=D0=BF?=", "п"),
        (b"=?x-none?q?=FF?=", "ÿ"),
        (b"=?punycode?q?a-?=", "a-"),
        (b"=?rot13?q?a?=", "a"),
        (b"=?utf-8?q?a b?=", "a b"),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"(=?utf-8?q?a?=)", "(a)"),
        (b"\xd0\xbf =?utf-8?q?a?=", "п a"),
        (b"\xff", "ÿ"),
    ],
)
def test_encoded_words(value: bytes, text: str) -> None:
    assert decode_words(value) == text


KEYWORDS = [b"ALL", b"NOT", b"OR", b"SUBJECT", b"HEADER", b"SINCE", b"1-Jan-2026", b"UID", b"1:*", b"MODSEQ", b"5",
            b"CHARSET", b"UTF-8", b"RETURN", b"TEXT", b"BODY", b"SENTON", b"KEYWORD", b"YOUNGER"]  # fmt: skip
any_token = st.recursive(
    st.one_of(
        st.sampled_from(KEYWORDS).map(Atom),
        st.binary(max_size=5).map(Atom),
        st.binary(max_size=5).map(String),
    ),
    lambda inner: st.lists(inner, max_size=4).map(lambda items: Group(tuple(items))),
    max_leaves=8,
)


@given(st.lists(any_token, max_size=8), st.binary(), st.binary())
def test_any_tokens_are_a_query_or_refused(words: list[Token], one: bytes, two: bytes) -> None:
    try:
        query = search.parse(words)
    except (ValueError, search.BadCharset):
        return
    messages = numbered(stored(one, uid=1), stored(two, uid=2))
    scan = search.scan(query, messages, recent=frozenset(), now=NEW_YEAR)
    found = [one for one in scan if one is not None]
    assert [message for message in messages if message in found] == found


def test_a_long_mail_is_decoded_once() -> None:
    body = "Привет, мир! " * 300_000
    mail = numbered(stored(b"Content-Type: text/plain; charset=utf-8\n\n" + body.encode()))
    assert find("TEXT", "нет такого".encode(), messages=mail) == []
    read = searchable(mail[0][1].content)
    assert find("TEXT", "МИР! привет".encode(), messages=mail) == [1]
    assert searchable(mail[0][1].content) is read
