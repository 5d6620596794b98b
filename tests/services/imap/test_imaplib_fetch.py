"""FETCH, SEARCH, SORT and THREAD as imaplib sees them."""

from __future__ import annotations

import email
import imaplib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from tests.conftest import Serve
from tests.services.imap.mails import NEW_YEAR, crlf

PLAIN = crlf(
    """
    From: Ann Bee <ann@x.test>
    To: bob@x.test
    Subject: Minutes
    Date: Thu, 1 Jan 2026 10:00:00 +0300
    Message-ID: <1@x.test>

    First line
    .
    last line
    """
)
REPLY = crlf(
    """
    From: =?utf-8?b?0JHQvtGA0LjRgQ==?= <boris@x.test>
    To: ann@x.test
    Subject: Re: Minutes
    Date: Thu, 1 Jan 2026 11:00:00 +0300
    Message-ID: <2@x.test>
    In-Reply-To: <1@x.test>
    Content-Type: text/plain; charset=koi8-r
    Content-Transfer-Encoding: base64

    8NLJ18XUIQ==
    """
)
ODD = b"Subject: \xd1\x8f\nX-Odd: a\x00b\nFrom: a@x.test, b@x.test\n\n\x00\xff\rno end of line"


def attachments() -> bytes:
    """A mail of nested parts, one of them a mail."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"], mail["Message-ID"] = "Carl <carl@x.test>", "Вложения", "<3@x.test>"
    mail["Date"] = "Fri, 2 Jan 2026 10:00:00 +0000"
    mail.set_content("Первая часть\n", cte="8bit")
    mail.add_alternative("<p>Вторая</p>\n", subtype="html", cte="quoted-printable")
    mail.add_attachment(
        bytes(range(256)), maintype="application", subtype="octet-stream", filename="файл.bin"
    )
    mail.add_attachment(email.message_from_bytes(PLAIN, policy=SMTP))
    return mail.as_bytes()


ATTACHMENTS = attachments()
MAILS = (PLAIN, REPLY, ATTACHMENTS, ODD)


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    """IMAP with four messages for ann."""
    sandbox = serve(imap={"tls": "none"}, accounts={"mode": "any"})
    sandbox.call(deliver)
    return sandbox


def deliver(sandbox: Engine) -> None:
    inbox = sandbox.mail.home("ann").inbox
    inbox.append(sandbox.mail.new_message(b"gone"))
    inbox.expunge(inbox.uids)  # so that UIDs are no sequence numbers
    for number, content in enumerate(MAILS):
        message = sandbox.mail.new_message(content)
        inbox.append(message, internal_date=NEW_YEAR + number * 86400, zone=180)


@pytest.fixture
def client(sandbox: BackgroundEngine) -> Iterator[imaplib.IMAP4]:
    """imaplib with INBOX selected."""
    endpoint = sandbox.endpoint("imap")
    with imaplib.IMAP4(endpoint.host, endpoint.port, timeout=5) as client:
        client.login("ann", "secret")
        assert client.select() == ("OK", [b"4"])
        yield client


def flat(data: list[bytes | tuple[bytes, bytes] | None]) -> bytes:
    """The lines of a response with the literals where they stood."""
    return b"".join(b"\r\n".join(line) if isinstance(line, tuple) else line or b"" for line in data)


def literal(client: imaplib.IMAP4, number: int, item: str) -> bytes:
    """The one literal that a FETCH of an item answers."""
    status, data = client.fetch(str(number), f"({item})")
    assert status == "OK"
    assert isinstance(data[0], tuple)
    return data[0][1]


def numbers(reply: tuple[str, list[bytes]]) -> list[int]:
    status, data = reply
    assert status == "OK"
    return [int(number) for number in data[0].split()]


@pytest.mark.parametrize("item", ["RFC822", "rfc822", "BODY[]", "BODY.PEEK[]"])
def test_messages_come_octet_for_octet(client: imaplib.IMAP4, item: str) -> None:
    status, data = client.fetch("1:*", f"({item})")
    assert status == "OK"
    assert [line[1] for line in data if isinstance(line, tuple)] == list(MAILS)


def test_sizes_and_partials(client: imaplib.IMAP4) -> None:
    for number, content in enumerate(MAILS, start=1):
        assert client.fetch(str(number), "RFC822.SIZE") == (
            "OK",
            [b"%d (RFC822.SIZE %d)" % (number, len(content))],
        )
        pieces = [
            literal(client, number, f"BODY.PEEK[]<{start}.100>")
            for start in range(0, len(content) + 100, 100)
        ]
        assert b"".join(pieces) == content
        assert pieces[-1] == b""


def test_reading_marks_as_seen_and_peeking_does_not(client: imaplib.IMAP4) -> None:
    client.fetch("1", "(BODY.PEEK[] BODY.PEEK[HEADER] RFC822.HEADER ENVELOPE BODYSTRUCTURE)")
    assert numbers(client.search(None, "SEEN")) == []
    status, data = client.fetch("1", "(BODY[TEXT])")
    assert status == "OK"
    assert b"\\Seen" in flat(data)
    assert numbers(client.search(None, "SEEN")) == [1]
    status, data = client.fetch("1", "(BODY[TEXT])")
    assert b"FLAGS" not in flat(data)


def test_a_mailbox_opened_for_reading_stays_unread(client: imaplib.IMAP4) -> None:
    client.select(readonly=True)
    client.fetch("1:*", "(RFC822)")
    assert numbers(client.search(None, "UNSEEN")) == [1, 2, 3, 4]


def test_the_parts_of_a_mail_are_those_the_standard_library_sees(client: imaplib.IMAP4) -> None:
    known = email.message_from_bytes(ATTACHMENTS, policy=default)
    text, page, octets, attached = [part for part in known.walk() if not part.is_multipart()]
    for section, part in (("1.1", text), ("1.2", page), ("2", octets)):
        header = email.message_from_bytes(literal(client, 3, f"BODY.PEEK[{section}.MIME]"), policy=default)
        assert header.items() == part.items()
        header.set_payload(literal(client, 3, f"BODY.PEEK[{section}]"))
        assert header.get_payload(decode=True) == part.get_payload(decode=True)
    assert literal(client, 3, "BODY.PEEK[3.HEADER.FIELDS (SUBJECT)]") == b"Subject: Minutes\r\n\r\n"
    assert literal(client, 3, "BODY.PEEK[3.1]") == attached.get_payload(decode=True)
    assert literal(client, 3, "BODY.PEEK[7]") == b""


def test_a_bodystructure_names_all_parts(client: imaplib.IMAP4) -> None:
    _, data = client.fetch("3", "(BODYSTRUCTURE)")
    structure = flat(data)
    assert structure.startswith(
        b'3 (BODYSTRUCTURE ((("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 25 1 '
    )
    assert b'"application" "octet-stream" NIL NIL NIL "base64"' in structure
    assert b'("attachment" ("filename*" "utf-8\'\'%D1%84%D0%B0%D0%B9%D0%BB.bin"))' in structure
    assert b'"message" "rfc822" NIL NIL NIL ' in structure
    assert b'("Thu, 1 Jan 2026 10:00:00 +0300" "Minutes" (("Ann Bee" NIL "ann" "x.test"))' in structure


def test_an_envelope_with_raw_octets_has_literals(client: imaplib.IMAP4) -> None:
    _, data = client.fetch("4", "(ENVELOPE FLAGS)")
    assert (
        flat(data)
        == (
            '4 (ENVELOPE (NIL {2}\r\nя ((NIL NIL "a" "x.test")(NIL NIL "b" "x.test")) '
            '((NIL NIL "a" "x.test")(NIL NIL "b" "x.test")) ((NIL NIL "a" "x.test")(NIL NIL "b" "x.test")) '
            "NIL NIL NIL NIL NIL) FLAGS (\\Recent))"
        ).encode()
    )


def test_the_names_of_fields_come_back_as_they_were_sent(client: imaplib.IMAP4) -> None:
    _, data = client.fetch("1", "(BODY.PEEK[HEADER.FIELDS (SUBJECT Date)])")
    fields = b"Subject: Minutes\r\nDate: Thu, 1 Jan 2026 10:00:00 +0300\r\n\r\n"
    assert data == [(b"1 (BODY[HEADER.FIELDS (SUBJECT Date)] {%d}" % len(fields), fields), b")"]


def test_the_internal_date_keeps_its_zone(client: imaplib.IMAP4) -> None:
    status, data = client.fetch("1", "(INTERNALDATE)")
    assert (status, data) == ("OK", [b'1 (INTERNALDATE " 1-Jan-2026 10:00:00 +0300")'])
    moment = imaplib.Internaldate2tuple(data[0])
    assert moment is not None
    assert time.mktime(moment) == NEW_YEAR


def test_uid_commands_speak_of_uids(client: imaplib.IMAP4) -> None:
    assert client.uid("FETCH", "3", "RFC822.SIZE") == ("OK", [b"2 (UID 3 RFC822.SIZE %d)" % len(REPLY)])
    assert numbers(client.uid("SEARCH", "SUBJECT", "minutes")) == [2, 3]
    assert numbers(client.uid("SORT", "(REVERSE DATE)", "UTF-8", "SUBJECT minutes")) == [3, 2]
    assert client.uid("THREAD", "REFERENCES", "UTF-8", "ALL") == ("OK", [b"(2 3)(4)(5)"])


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (("ALL",), [1, 2, 3, 4]),
        (("(ALL)",), [1, 2, 3, 4]),
        (("RECENT", "UNSEEN"), [1, 2, 3, 4]),
        (("SUBJECT", "minutes"), [1, 2]),
        (('(SUBJECT "MINUTES" FROM "Ann Bee")',), [1]),
        (("HEADER", "Message-ID", '"<2@x.test>"'), [2]),
        (("HEADER", "X-ODD", '""'), [4]),
        (("NOT", "OR", "FROM", "ann", "FROM", "carl"), [2, 4]),
        (("ON", "1-Jan-2026"), [1]),
        (("SINCE", '"02-Jan-2026"', "BEFORE", "4-Jan-2026"), [2, 3]),
        (("SENTON", "1-Jan-2026"), [1, 2]),
        (("TEXT", '"last line"'), [1, 3]),
        (("BODY", "minutes"), [3]),
        (("LARGER", "1000"), [3]),
        (("UID", "3:4"), [2, 3]),
        (("2:*",), [2, 3, 4]),
        (("KEYWORD", "none"), []),
        (("OLDER", "1"), [1, 2, 3, 4]),
    ],
)
def test_search(client: imaplib.IMAP4, keys: tuple[str, ...], found: list[int]) -> None:
    assert numbers(client.search(None, *keys)) == found


@pytest.mark.parametrize(
    ("charset", "keys", "text", "found"),
    [
        ("UTF-8", ("SUBJECT",), "вложения", [3]),
        ("UTF-8", ("FROM",), "БОРИС", [2]),
        ("UTF-8", ("BODY",), "привет", [2]),
        ("UTF-8", ("TEXT",), "вторая", [3]),
        ("KOI8-R", ("UNSEEN", "TEXT"), "Привет", [2]),
    ],
)
def test_search_for_a_literal(
    client: imaplib.IMAP4, charset: str, keys: tuple[str, ...], text: str, found: list[int]
) -> None:
    client.literal = text.encode(charset)  # what imaplib sends as the last argument
    assert numbers(client.search(charset, *keys)) == found


def test_an_unknown_charset_is_refused_and_the_known_ones_are_named(client: imaplib.IMAP4) -> None:
    status, data = client.search("X-NONE", "ALL")
    assert status == "NO"
    assert data[0].startswith(b"[BADCHARSET (US-ASCII UTF-8")


@pytest.mark.parametrize("keys", ["NONSENSE", "SINCE yesterday", "OR ALL", "(ALL", "SUBJECT", "0"])
def test_a_bad_search_is_refused_and_the_session_goes_on(client: imaplib.IMAP4, keys: str) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="BAD"):
        client.search(None, keys)
    assert numbers(client.search(None, "ALL")) == [1, 2, 3, 4]


@pytest.mark.parametrize("item", ["NONSENSE", "BODY[", "BODY[0]", "(FLAGS ALL)", "()", "BODY[HEADER.FIELDS]"])
def test_a_bad_fetch_is_refused_and_the_session_goes_on(client: imaplib.IMAP4, item: str) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="BAD"):
        client.fetch("1", item)
    assert client.fetch("1", "UID") == ("OK", [b"1 (UID 2)"])


def test_an_extended_search(client: imaplib.IMAP4) -> None:
    client.search(None, "RETURN (MIN MAX COUNT ALL)", "NOT", "2")
    _, data = client.response("ESEARCH")
    assert data[0] is not None
    assert data[0].endswith(b" MIN 1 MAX 4 COUNT 3 ALL 1,3:4")


def test_sort(client: imaplib.IMAP4) -> None:
    assert numbers(client.sort("(DATE)", "UTF-8", "ALL")) == [1, 2, 3, 4]
    assert numbers(client.sort("(REVERSE SIZE)", "UTF-8", "ALL")) == [3, 2, 1, 4]
    assert numbers(client.sort("(SUBJECT REVERSE ARRIVAL)", "US-ASCII", "1:2")) == [2, 1]
    assert numbers(client.sort("(FROM)", "UTF-8", "FROM", "x.test")) == [4, 1, 2, 3]
    status, _ = client.sort("(DATE)", "X-NONE", "ALL")
    assert status == "NO"


def test_thread(client: imaplib.IMAP4) -> None:
    assert client.thread("REFERENCES", "UTF-8", "ALL") == ("OK", [b"(1 2)(3)(4)"])
    assert client.thread("ORDEREDSUBJECT", "UTF-8", "SUBJECT minutes") == ("OK", [b"(1 2)"])
    assert client.thread("REFERENCES", "UTF-8", "NOT ALL") == ("OK", [b""])


def test_sample_mails_can_be_read(serve: Serve) -> None:
    sandbox = serve(imap={"tls": "none"}, accounts={"mode": "any"}, mail={"samples": True})
    endpoint = sandbox.endpoint("imap")
    with imaplib.IMAP4(endpoint.host, endpoint.port, timeout=5) as client:
        client.login("ann", "secret")
        client.select()
        client.literal = "по-русски".encode()
        (number,) = numbers(client.search("UTF-8", "TEXT"))
        mail = email.message_from_bytes(literal(client, number, "RFC822"), policy=default)
        assert mail["Subject"] == "Письмо с вложением"
