"""Body sections: the part numbers of the RFC's example, every specifier, partials."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap.sections import Section, parse_section
from tests.services.imap.mails import crlf

# RFC 3501 §6.4.5: the parts of this message are 1, 2, 3 (with 3.1 and 3.2) and 4 (with 4.1, 4.2, 4.2.1, 4.2.2).
MAIL = crlf(
    """
    Subject: all
    X-Two: 1
    Content-Type: multipart/mixed; boundary=b

    preamble
    --b
    Content-ID: <1>

    text
    --b
    Content-Type: application/octet-stream
    Content-ID: <2>

    octets
    --b
    Content-Type: message/rfc822
    Content-ID: <3>

    Subject: three
    Content-Type: multipart/mixed; boundary=c

    --c

    three one
    --c
    Content-Type: application/octet-stream

    three two
    --c--
    --b
    Content-Type: multipart/mixed; boundary=d

    --d
    Content-Type: image/gif

    four one
    --d
    Content-Type: message/rfc822

    Subject: four two
    Content-Type: multipart/mixed; boundary=e

    --e

    four two one
    --e
    Content-Type: message/rfc822

    Subject: deep

    four two two
    --e--
    --d--
    --b--
    epilogue
    """
)


def extract(section: str, content: bytes = MAIL) -> bytes:
    return parse_section(section.encode()).extract(content)


@pytest.mark.parametrize(
    ("section", "octets"),
    [
        ("[1]", b"text"),
        ("[1.MIME]", b"Content-ID: <1>\r\n\r\n"),
        ("[2]", b"octets"),
        ("[2.mime]", b"Content-Type: application/octet-stream\r\nContent-ID: <2>\r\n\r\n"),
        ("[3.HEADER]", b"Subject: three\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"),
        ("[3.MIME]", b"Content-Type: message/rfc822\r\nContent-ID: <3>\r\n\r\n"),
        ("[3.1]", b"three one"),
        ("[3.1.MIME]", b"\r\n"),
        ("[3.2]", b"three two"),
        (
            "[3.TEXT]",
            crlf("--c\n\nthree one\n--c\nContent-Type: application/octet-stream\n\nthree two\n--c--"),
        ),
        ("[4.1]", b"four one"),
        ("[4.1.MIME]", b"Content-Type: image/gif\r\n\r\n"),
        ("[4.2.HEADER.FIELDS (SUBJECT)]", b"Subject: four two\r\n\r\n"),
        ("[4.2.1]", b"four two one"),
        ("[4.2.2]", b"Subject: deep\r\n\r\nfour two two"),
        ("[4.2.2.HEADER]", b"Subject: deep\r\n\r\n"),
        ("[4.2.2.TEXT]", b"four two two"),
        ("[4.2.2.1]", b"four two two"),
        ("[4.2.2.1.MIME]", b"Subject: deep\r\n\r\n"),
        ("[HEADER]", crlf("Subject: all\nX-Two: 1\nContent-Type: multipart/mixed; boundary=b\n\n")),
        ("[HEADER.FIELDS (x-two subject)]", b"Subject: all\r\nX-Two: 1\r\n\r\n"),
        ("[HEADER.FIELDS (X-None)]", b"\r\n"),
        ("[HEADER.FIELDS.NOT (Subject Content-Type)]", b"X-Two: 1\r\n\r\n"),
    ],
)
def test_every_part_of_the_example_of_rfc_3501(section: str, octets: bytes) -> None:
    assert extract(section) == octets


@pytest.mark.parametrize(
    "section",
    ["[5]", "[1.1]", "[1.1.1]", "[1.HEADER]", "[1.TEXT]", "[2.HEADER.FIELDS (A)]", "[3.3]", "[4.2.2.2]",
     "[4.2.2.1.1]", "[4.TEXT]", "[4294967295]", "[5.MIME]"],
)  # fmt: skip
def test_a_part_that_is_not_there_is_empty(section: str) -> None:
    assert extract(section) == b""


def test_header_and_text_are_the_whole() -> None:
    assert extract("[]") == MAIL
    assert extract("[HEADER]") + extract("[TEXT]") == MAIL


def test_part_one_of_a_simple_message_is_its_body() -> None:
    mail = b"Subject: x\r\n\r\nbody\r\n"
    assert extract("[1]", mail) == extract("[TEXT]", mail) == b"body\r\n"
    assert extract("[1.MIME]", mail) == b"Subject: x\r\n\r\n"
    assert extract("[2]", mail) == extract("[1.1]", mail) == extract("[1.TEXT]", mail) == b""


def test_a_message_that_is_nothing_but_a_message() -> None:
    mail = b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody"
    assert extract("[1]", mail) == b"Subject: in\r\n\r\nbody"
    assert extract("[1.HEADER]", mail) == b"Subject: in\r\n\r\n"
    assert extract("[1.1]", mail) == extract("[1.TEXT]", mail) == b"body"


def test_sizes_are_those_the_standard_library_sees() -> None:
    known = [part for part in message_from_bytes(MAIL).walk() if not part.is_multipart()]
    payloads = [part.get_payload(decode=True) for part in known]
    assert [extract(f"[{number}]") for number in ("1", "2", "3.1", "3.2", "4.1", "4.2.1")] == payloads[:6]


@pytest.mark.parametrize(
    ("partial", "octets"),
    [
        ("<0.4>", b"octe"),
        ("<2.2>", b"te"),
        ("<4.100>", b"ts"),
        ("<6.1>", b""),
        ("<4294967295.4294967295>", b""),
    ],
)
def test_a_partial_is_a_slice_and_empty_beyond_the_end(partial: str, octets: bytes) -> None:
    assert extract(f"[2]{partial}") == octets


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("[]", "[]"),
        ("[text]", "[TEXT]"),
        ("[1.2.mime]", "[1.2.MIME]"),
        ("[]<10.20>", "[]<10>"),
        ("[Header.Fields (SUBJECT Date x-Y)]", "[HEADER.FIELDS (SUBJECT Date x-Y)]"),
        ("[header.fields.not ( date )]<0.1>", "[HEADER.FIELDS.NOT (date)]<0>"),
        ('[HEADER.FIELDS ("To" "a b" "q\\"")]', '[HEADER.FIELDS (To "a b" "q\\"")]'),
        ("[3.HEADER.FIELDS (A)]", "[3.HEADER.FIELDS (A)]"),
    ],
)
def test_the_label_is_what_the_client_compares_with(asked: str, label: str) -> None:
    assert parse_section(asked.encode()).label == label.encode()


@pytest.mark.parametrize(
    "text",
    ["", "[", "]", "[x]", "[0]", "[1.]", "[.1]", "[1..2]", "[-1]", "[1TEXT]", "[TEXT.1]", "[MIME]", "[HEADER.FIELDS]",
     "[HEADER.FIELDS ()]", "[HEADER (A)]", "[HEADER.FIELDS (A]", "[HEADER.FIELDS (A (B))]", '[HEADER.FIELDS ("A)]',
     '[HEADER.FIELDS (A"B")]', "[]<0>", "[]<0.0>", "[]<-1.5>", "[]<1.99999999999>", "[]x", "[99999999999]",
     "[4294967296]", "[]<4294967296.1>"],
)  # fmt: skip
def test_what_is_no_section_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_section(text.encode())


def test_bare_line_feeds_are_served_as_they_are() -> None:
    mail = b"A: 1\nB: 2\n\nbody\n"
    assert extract("[]", mail) == mail
    assert extract("[HEADER.FIELDS (B)]", mail) == b"B: 2\n\n"
    assert extract("[TEXT]", mail) == b"body\n"


def test_a_header_without_its_blank_line_gets_one_among_chosen_fields() -> None:
    assert extract("[HEADER.FIELDS (A)]", b"B: 2\r\nA: 1") == b"A: 1\r\n\r\n"
    assert extract("[HEADER]", b"B: 2\r\nA: 1") == b"B: 2\r\nA: 1"


def test_fields_come_in_the_order_of_the_message_with_their_folds() -> None:
    mail = b"B: 1\r\n 2\r\nA: 3\r\nb:4\r\nnonsense\r\n\r\n"
    assert extract("[HEADER.FIELDS (A B)]", mail) == b"B: 1\r\n 2\r\nA: 3\r\nb:4\r\n\r\n"
    assert extract("[HEADER.FIELDS.NOT (B)]", mail) == b"A: 3\r\nnonsense\r\n\r\n"


@given(st.binary(), st.text(st.sampled_from('[]<>.()0123 "HEADERFIELSTXMN\\')))
def test_any_text_is_a_section_or_refused(content: bytes, text: str) -> None:
    try:
        section = parse_section(text.encode())
    except ValueError:
        return
    assert section.extract(content) in content + b"\r\n\r\n"
    assert isinstance(section, Section)
