"""ENVELOPE: the example of the RFC, and addresses of every kind."""

from __future__ import annotations

from email.utils import formataddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.services.imap.addresses import GROUP_END, MOST, Address, read_addresses
from sandbox.services.imap.envelope import render_envelope
from sandbox.services.imap.structure import structure
from tests.services.imap.mails import crlf


def envelope(text: str | bytes) -> bytes:
    return render_envelope(structure(crlf(text) if isinstance(text, str) else text).header)


def test_the_example_of_rfc_3501() -> None:
    # RFC 3501 §8
    mail = """
        Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
        From: Terry Gray <gray@cac.washington.edu>
        Subject: IMAP4rev1 WG mtg summary and minutes
        To: imap@cac.washington.edu
        cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
        Message-Id: <B27397-0100000@cac.washington.edu>
        MIME-Version: 1.0
        Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

        """
    assert envelope(mail) == (
        b'("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'((NIL NIL "imap" "cac.washington.edu")) '
        b'((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) '
        b'NIL NIL "<B27397-0100000@cac.washington.edu>")'
    )


def test_what_is_missing_is_nil() -> None:
    assert envelope("\n") == b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"
    assert envelope(b"") == b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"


def test_what_is_empty_is_an_empty_string_but_no_address() -> None:
    assert envelope("Subject:\nTo:\nCc: ,\n\n") == b'(NIL "" NIL NIL NIL NIL NIL NIL NIL NIL)'


def test_sender_and_reply_to_of_their_own() -> None:
    mail = "From: a@x.test\nSender: b@x.test\nReply-To: c@x.test\nBcc: d@x.test\nIn-Reply-To: <1>\n\n"
    assert envelope(mail) == (
        b'(NIL NIL ((NIL NIL "a" "x.test")) ((NIL NIL "b" "x.test")) ((NIL NIL "c" "x.test")) NIL NIL '
        b'((NIL NIL "d" "x.test")) "<1>" NIL)'
    )


def test_two_addresses_in_sender_are_two_addresses() -> None:
    mail = "From: a@x.test\nSender: a@x.test, b@x.test\n\n"
    assert b'((NIL NIL "a" "x.test")(NIL NIL "b" "x.test"))' in envelope(mail)


def test_repeated_address_fields_are_joined_and_of_others_the_first_counts() -> None:
    mail = "To: a@x.test\nTo: b@x.test\nSubject: one\nSubject: two\n\n"
    assert envelope(mail) == (
        b'(NIL "one" NIL NIL NIL ((NIL NIL "a" "x.test")(NIL NIL "b" "x.test")) NIL NIL NIL NIL)'
    )


def test_encoded_words_stay_as_they_are() -> None:
    mail = "From: =?utf-8?q?=D0=90?= <a@x.test>\nSubject: =?utf-8?b?0J8=?=\n =?utf-8?b?0J8=?=\n\n"
    assert b'"=?utf-8?b?0J8=?= =?utf-8?b?0J8=?="' in envelope(mail)
    assert b'("=?utf-8?q?=D0=90?=" NIL "a" "x.test")' in envelope(mail)


def test_raw_8_bit_and_long_texts_are_literals() -> None:
    assert "{12}\r\nПисьмо ".encode() in envelope("Subject: Письмо\n\n")
    assert b"{2000}\r\n" + b"x" * 2000 in envelope(b"Subject: " + b"x" * 2000)
    assert b"{3}\r\na\x00b " in envelope(b"Subject: a\x00b\r\n\r\n")


def test_quotation_marks_and_backslashes_are_escaped() -> None:
    assert rb'"say \"hi\" \\o/"' in envelope(b'Subject: say "hi" \\o/\r\n\r\n')


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (b"", []),
        (b" , ,", []),
        (b"ann@x.test", [(None, None, b"ann", b"x.test")]),
        (b"<ann@x.test>", [(None, None, b"ann", b"x.test")]),
        (b"Ann Bee <ann@x.test>", [(b"Ann Bee", None, b"ann", b"x.test")]),
        (b'"Bee, Ann" <ann@x.test>', [(b"Bee, Ann", None, b"ann", b"x.test")]),
        (rb'"Ann \"A\" Bee" <ann@x.test>', [(b'Ann "A" Bee', None, b"ann", b"x.test")]),
        (b"J. Bee <ann@x.test>", [(b"J. Bee", None, b"ann", b"x.test")]),
        (b"ann@x.test (Ann (A) Bee)", [(b"Ann (A) Bee", None, b"ann", b"x.test")]),
        (b"Pete(A nice \\) chap) <pete@silly.test>", [(b"Pete", None, b"pete", b"silly.test")]),
        (b"<ann@x.test> (Ann)", [(b"Ann", None, b"ann", b"x.test")]),
        (b'"a b"@x.test', [(None, None, b"a b", b"x.test")]),
        (b"a . b (c) @ x . test", [(b"c", None, b"a.b", b"x.test")]),
        (b"ann@[IPv6:::1]", [(None, None, b"ann", b"[IPv6:::1]")]),
        (b"<@a.test,@b.test:ann@x.test>", [(None, b"@a.test,@b.test", b"ann", b"x.test")]),
        (b"ann", [(None, None, b"ann", b"MISSING_DOMAIN")]),
        (b"Ann <>", [(b"Ann", None, b"MISSING_MAILBOX", b"MISSING_DOMAIN")]),
        (b"@x.test", [(None, None, b"MISSING_MAILBOX", b"x.test")]),
        (b"Ann <ann@x.test, bob@x.test", [(b"Ann", None, b"ann", b"x.test"), (None, None, b"bob", b"x.test")]),
        (b"undisclosed-recipients:;", [(None, None, b"undisclosed-recipients", None), GROUP_END]),
        (
            b"A Group: Ed <ed@x.test>, joe@x.test; sue@x.test",
            [
                (None, None, b"A Group", None),
                (b"Ed", None, b"ed", b"x.test"),
                (None, None, b"joe", b"x.test"),
                GROUP_END,
                (None, None, b"sue", b"x.test"),
            ],
        ),
        (b"open: a@x.test", [(None, None, b"open", None), (None, None, b"a", b"x.test"), GROUP_END]),
        (b"a:b:c@x.test;;", [(None, None, b"a", None), GROUP_END, (None, None, b"b", None),
                             (None, None, b"c", b"x.test"), GROUP_END]),
        (b'"unclosed <a@x.test>', [(None, None, b"unclosed <a@x.test>", b"MISSING_DOMAIN")]),
        (b"two   words <a@x.test>", [(b"two words", None, b"a", b"x.test")]),
        (b'"two   words" <a@x.test>', [(b"two   words", None, b"a", b"x.test")]),
        (b"\xd0\x90 <a@x.test>", [(b"\xd0\x90", None, b"a", b"x.test")]),
    ],
)  # fmt: skip
def test_addresses(value: bytes, addresses: list[tuple[bytes | None, ...]]) -> None:
    assert read_addresses(value) == addresses


names = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12)


@given(st.lists(st.tuples(names, names.filter(lambda name: name.strip() == name and name)), max_size=4))
@example([("0  0", "0")])
def test_what_the_standard_library_writes_is_read(pairs: list[tuple[str, str]]) -> None:
    def quoted(local: str) -> str:
        return '"{}"'.format(local.replace("\\", "\\\\").replace('"', '\\"'))

    def phrase(name: str) -> str:
        """Blanks between the words of a phrase are no part of them unless it is quoted (RFC 5322 §3.2.5)."""
        return name.strip() if formataddr((name, "a@x.test")).startswith('"') else " ".join(name.split())

    field = ", ".join(formataddr((name, f"{quoted(local)}@x.test")) for name, local in pairs)
    assert read_addresses(field.encode()) == [
        Address(phrase(name).encode() or None, None, local.encode(), b"x.test") for name, local in pairs
    ]


@given(st.one_of(st.binary(), st.text(st.sampled_from('<>@,;:()[]"\\ .a\n')).map(str.encode)))
def test_any_octets_are_some_addresses(value: bytes) -> None:
    depth = 0
    for address in read_addresses(value):
        depth += (address.host is None) * (1 if address.mailbox is not None else -1)
        assert depth in (0, 1)
    assert depth == 0


def test_time_grows_with_the_length_and_not_faster() -> None:
    for piece in (b"a,", b"a:", b"<", b"(", b'"', b"a ", b"@", b"\\"):
        read_addresses(piece * 30_000)


@pytest.mark.parametrize("header", [b"To: " + b"a@b," * 11_000, b"To: a@b\r\n" * 11_000], ids=["one", "many"])
def test_of_endless_recipients_some_are_read(header: bytes) -> None:
    assert envelope(header + b"\r\n\r\n").count(b'(NIL NIL "a" "b")') == MOST


def test_a_group_ends_where_reading_does() -> None:
    assert read_addresses(b"team: " + b"a@b, " * 11_000 + b";")[-2:] == [
        Address(None, None, b"a", b"b"),
        GROUP_END,
    ]
