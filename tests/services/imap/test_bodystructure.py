"""BODYSTRUCTURE: the examples of the RFC, and lists that clients can parse whatever the mail."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap.bodystructure import render_structure
from sandbox.services.imap.structure import MAX_DEPTH, structure
from tests.services.imap.mails import crlf


def bodystructure(text: str | bytes, *, extended: bool = True) -> bytes:
    content = crlf(text) if isinstance(text, str) else text
    return render_structure(structure(content), extended=extended)


def test_a_mail_without_mime_is_plain_text() -> None:
    assert bodystructure("Subject: x\n\none\ntwo\n") == (
        b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)'
    )
    assert bodystructure("Subject: x\n\none\ntwo\n", extended=False) == (
        b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2)'
    )


def test_everything_a_part_can_say() -> None:
    mail = """
        Content-Type: TEXT/html; Charset=KOI8-R; Format="a \\"b\\""
        Content-ID: <1@x.test>
        Content-Description: a page
        Content-Transfer-Encoding: Quoted-Printable (why not)
        Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==
        Content-Disposition: attachment; filename=page.html; size=4
        Content-Language: en, de-AT
        Content-Location: http://x.test/page

        <p>
        """
    assert bodystructure(mail) == (
        b'("TEXT" "html" ("Charset" "KOI8-R" "Format" "a \\"b\\"") "<1@x.test>" "a page" "Quoted-Printable" 5 1 '
        b'"Q2hlY2sgSW50ZWdyaXR5IQ==" ("attachment" ("filename" "page.html" "size" "4")) ("en" "de-AT") '
        b'"http://x.test/page")'
    )


def test_the_multipart_of_rfc_3501() -> None:
    # RFC 3501 §7.4.2 "BODYSTRUCTURE", with small bodies
    mail = """
        Content-Type: MULTIPART/MIXED; BOUNDARY=b

        --b
        Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

        hello
        --b
        Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME="cc.diff"
        Content-ID: <960723163407.20117h@cac.washington.edu>
        Content-Description: Compiler diff
        Content-Transfer-Encoding: BASE64

        aGVsbG8=

        --b--
        """
    assert bodystructure(mail, extended=False) == (
        b'(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7bit" 5 0)'
        b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") "<960723163407.20117h@cac.washington.edu>" '
        b'"Compiler diff" "BASE64" 10 1) "MIXED")'
    )


def test_a_nested_multipart_and_what_extends_it() -> None:
    mail = """
        Content-Type: multipart/mixed; boundary="b 1"
        Content-Disposition: inline
        Content-Language: ru
        Content-Location: here

        --b 1
        Content-Type: multipart/alternative; boundary=c

        --c

        text
        --c
        Content-Type: image/png
        Content-Disposition: attachment; filename*=utf-8''%D1%8F.png; filename*0="a"; filename*1="b"

        png
        --c--
        --b 1--
        """
    assert bodystructure(mail) == (
        b'((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0 NIL NIL NIL NIL)'
        b'("image" "png" NIL NIL NIL "7bit" 3 NIL ("attachment" ("filename*" "utf-8\'\'%D1%8F.png" "filename" '
        b'"ab")) NIL NIL) "alternative" ("boundary" "c") NIL NIL NIL) '
        b'"mixed" ("boundary" "b 1") ("inline" NIL) ("ru") "here")'
    )


def test_an_attached_message_shows_its_envelope_and_structure() -> None:
    mail = """
        Content-Type: message/rfc822
        Content-Description: forwarded

        Subject: inner
        From: ann@x.test
        Content-Type: text/html

        <p>
        """
    assert bodystructure(mail) == (
        b'("message" "rfc822" NIL NIL "forwarded" "7bit" 66 '
        b'(NIL "inner" ((NIL NIL "ann" "x.test")) ((NIL NIL "ann" "x.test")) ((NIL NIL "ann" "x.test")) '
        b"NIL NIL NIL NIL NIL) "
        b'("text" "html" NIL NIL NIL "7bit" 5 1 NIL NIL NIL NIL) 5 NIL NIL NIL NIL)'
    )


def test_only_text_and_messages_have_lines() -> None:
    assert bodystructure("Content-Type: application/pdf\n\nx\n", extended=False) == (
        b'("application" "pdf" NIL NIL NIL "7bit" 3)'
    )


@pytest.mark.parametrize(
    ("value", "parameters"),
    [
        ("text/plain", b"NIL"),
        ("text/plain;", b"NIL"),
        ("text/plain; charset=us-ascii (Plain text)", b'("charset" "us-ascii")'),
        ("text/plain (comment); charset=utf-8", b'("charset" "utf-8")'),
        ("text/plain; name=a b.txt", b'("name" "a b.txt")'),
        ("text/plain; name=a(1).txt", b'("name" "a(1).txt")'),
        ('text/plain; name="a;b=c"; x=y', b'("name" "a;b=c" "x" "y")'),
        ('text/plain; name="unclosed', b'("name" "unclosed")'),
        ("text/plain; name = a ; nonsense ; ; =b; x=", b'("name" "a" "x" "")'),
        ("text/plain;\n charset=utf-8;\n\tname=a", b'("charset" "utf-8" "name" "a")'),
        ("text/plain; charset=(a comment) utf-8 (and more)", b'("charset" "utf-8")'),
        ('text/plain; name="письмо"', '("name" {12}\r\nписьмо)'.encode()),
    ],
)
def test_parameters_are_read_with_tolerance(value: str, parameters: bytes) -> None:
    assert bodystructure(f"Content-Type: {value}\n\n", extended=False) == (
        b'("text" "plain" %b NIL NIL "7bit" 0 0)' % parameters
    )


@pytest.mark.parametrize(
    ("spelt", "written"),
    [
        ("Name*1=b; x=y; name*0=a; NAME*2=c", b'("Name" "abc" "x" "y")'),
        (
            "name*0*=utf-8'en'%C3%A9; name*1=\"50% a\"; name*2*=%20b",
            b'("name*" "utf-8\'en\'%C3%A950%25%20a%20b")',
        ),
        ("name*0=a; name*1*=%20b", b'("name*" "\'\'a%20b")'),
        ("name*0=a; name*2=c; n*1=x; n*01=y", b'("name" "a" "name*2" "c" "n*1" "x" "n*01" "y")'),
        ("name*=utf-8''%C3%A9; name=e", b'("name*" "utf-8\'\'%C3%A9" "name" "e")'),
    ],
    ids=["any-order", "mixed", "first-plain", "gap", "whole"],
)
def test_parameters_in_pieces_are_put_together(spelt: str, written: bytes) -> None:
    # RFC 2231 §6: IMAP servers decode continuations, so that clients need not
    assert bodystructure(f"Content-Type: x/y; {spelt}\n\n", extended=False) == (
        b'("x" "y" %b NIL NIL "7bit" 0)' % written
    )


def test_a_boundary_in_pieces_separates_parts() -> None:
    mail = "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\nx\n--ab--\n"
    assert bodystructure(mail, extended=False).endswith(b' "mixed")')


def test_comments_are_no_languages() -> None:
    assert b' NIL ("en" "de") NIL)' in bodystructure("Content-Language: en (English), (German) de\n\n")


def test_broken_mime_is_plain_text() -> None:
    plain = b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0)'
    for value in (
        "multipart/mixed",
        "multipart/mixed; boundary=gone",
        "multipart/mixed; boundary=",
        "x",
        "a/b/",
    ):
        expected = plain if value != "a/b/" else b'("a" "b" NIL NIL NIL "7bit" 3)'
        assert bodystructure(f"Content-Type: {value}\n\nabc", extended=False) == expected, value


def test_sizes_are_those_of_the_encoded_body() -> None:
    mail = EmailMessage(policy=SMTP)
    mail.set_content("привет\n" * 50, cte="base64")
    mail.add_attachment(b"\0" * 1000, maintype="application", subtype="x")
    content = mail.as_bytes()
    known = [part.get_payload() for part in message_from_bytes(content).walk() if not part.is_multipart()]
    sizes = re.findall(rb'"base64" (\d+)', bodystructure(content))
    assert [int(size) for size in sizes] == [len(payload) for payload in known]


def test_the_deepest_nesting_is_written() -> None:
    nested = bodystructure(b"Content-Type: message/rfc822\r\n\r\n" * 500)
    assert nested.count(b'"rfc822"') == MAX_DEPTH
    assert nested.count(b"(") == nested.count(b")")


FRAGMENTS = (
    b"\r\n", b"--b", b"--b--", b'"', b"\\", b"(", b")", b"{3}", b"Content-Type: ", b"multipart/mixed; boundary=b",
    b"message/rfc822", b"; a=b", b"Content-Disposition: x", b"Content-Language: en", b"From: a@b", b"\x00", b"\xff",
)  # fmt: skip


@given(st.one_of(st.binary(), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(b"".join)), st.booleans())
def test_any_octets_make_a_well_formed_list(content: bytes, extended: bool) -> None:
    written = bodystructure(content, extended=extended)
    place = check_body(written, 0, extended=extended)
    assert place == len(written)


_STRING = re.compile(rb'"(?:[^"\\\r\n\x00\x80-\xff]|\\["\\])*"')


def check_string(data: bytes, place: int, *, nil: bool = False) -> int:
    """Walk over a string as the grammar has it; returns the place behind it."""
    if nil and data.startswith(b"NIL", place):
        return place + 3
    if data.startswith(b"{", place):
        end = data.index(b"}\r\n", place)
        return end + 3 + int(data[place + 1 : end])
    found = _STRING.match(data, place)
    assert found, data[place : place + 40]
    return found.end()


def check_list(data: bytes, place: int) -> int:
    """Walk over a parenthesized list of strings, numbers and lists, or NIL."""
    if data.startswith(b"NIL", place):
        return place + 3
    assert data.startswith(b"(", place)
    place += 1
    while not data.startswith(b")", place):
        if data.startswith((b"(", b"NIL"), place):
            place = check_list(data, place)
        else:
            place = check_string(data, place)
        if data.startswith(b" ", place):
            place += 1
    return place + 1


def check(data: bytes, place: int, kinds: str) -> int:
    """Walk over fields: s string, n nstring, l list, 1 number; a blank before each but the first."""
    for position, kind in enumerate(kinds):
        if position:
            assert data.startswith(b" ", place), data[place : place + 40]
            place += 1
        match kind:
            case "l":
                place = check_list(data, place)
            case "1":
                found = re.compile(rb"\d+").match(data, place)
                assert found
                place = found.end()
            case _:
                place = check_string(data, place, nil=kind == "n")
    return place


def check_body(data: bytes, place: int, *, extended: bool) -> int:
    """Walk over a body (RFC 3501 §9 "body"); returns the place behind it."""
    assert data.startswith(b"(", place)
    place += 1
    if data.startswith(b"(", place):
        while data.startswith(b"(", place):
            place = check_body(data, place, extended=extended)
        place = check(data, place + 1, "sllln" if extended else "s")
    else:
        start = place
        place = check(data, place, "sslnns1")
        if data[start:].lower().startswith(b'"message" "rfc822"'):
            place = check(data, place + 1, "l")
            place = check_body(data, place + 1, extended=extended)
            place = check(data, place + 1, "1")
        elif data[start:].lower().startswith(b'"text"'):
            place = check(data, place + 1, "1")
        if extended:
            place = check(data, place + 1, "nlln")
    assert data.startswith(b")", place), data[place : place + 40]
    return place + 1
