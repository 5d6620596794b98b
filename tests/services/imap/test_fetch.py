"""FETCH: which items there are, and how a message answers them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap.fetch import parse_items, render
from sandbox.services.imap.tokens import Atom, Group, String, Token
from sandbox.stores.mail import StoredMessage
from tests.services.imap.mails import stored, tokens
from tests.work import calls_of

MAIL = stored("Subject: x\n\nbody\n", uid=7, flags=["work", "\\Seen", "\\Answered"], zone=180, modseq=12)


def fetch(
    asked: object, message: StoredMessage = MAIL, *, uid_command: bool = False, recent: bool = False
) -> bytes:
    (token,) = tokens(asked)
    return render(message, parse_items(token, uid_command=uid_command), recent=recent)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("UID", b"UID 7"),
        ("flags", b"FLAGS (\\Answered \\Seen work)"),
        ("INTERNALDATE", b'INTERNALDATE " 1-Jan-2026 10:00:00 +0300"'),
        ("RFC822.SIZE", b"RFC822.SIZE 20"),
        ("MODSEQ", b"MODSEQ (12)"),
        ("RFC822", b"RFC822 {20}\r\nSubject: x\r\n\r\nbody\r\n"),
        ("RFC822.HEADER", b"RFC822.HEADER {14}\r\nSubject: x\r\n\r\n"),
        ("RFC822.TEXT", b"RFC822.TEXT {6}\r\nbody\r\n"),
        ("ENVELOPE", b'ENVELOPE (NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL)'),
        ("BODY", b'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1)'),
        (
            "BODYSTRUCTURE",
            b'BODYSTRUCTURE ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL NIL NIL NIL)',
        ),
        ("BODY[]", b"BODY[] {20}\r\nSubject: x\r\n\r\nbody\r\n"),
        ("body.peek[text]<1.2>", b"BODY[TEXT]<1> {2}\r\nod"),
        ("BODY.PEEK[9]", b"BODY[9] {0}\r\n"),
        (["UID", "FLAGS"], b"UID 7 FLAGS (\\Answered \\Seen work)"),
    ],
)
def test_every_item(asked: object, answer: bytes) -> None:
    assert fetch(asked) == answer


def test_items_come_once_and_in_the_order_asked_for() -> None:
    assert fetch(["RFC822.SIZE", "UID", "rfc822.size"]) == b"RFC822.SIZE 20 UID 7"
    assert fetch(["BODY.PEEK[TEXT]", "BODY[TEXT]"]) == b"BODY[TEXT] {6}\r\nbody\r\n"


def test_a_uid_command_always_tells_the_uid() -> None:
    assert fetch("RFC822.SIZE", uid_command=True) == b"UID 7 RFC822.SIZE 20"
    assert fetch(["RFC822.SIZE", "UID"], uid_command=True) == b"UID 7 RFC822.SIZE 20"


def test_the_macros() -> None:
    names = [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY"]
    for macro, count in (("FAST", 3), ("all", 4), ("Full", 5)):
        items = parse_items(Atom(macro.encode()), uid_command=False)
        assert [item.label for item in items.items] == names[:count]
        assert not items.sets_seen


@pytest.mark.parametrize(
    ("asked", "sets_seen"),
    [
        ("BODY[]", True),
        ("body[header]", True),
        ("BODY[1]<0.1>", True),
        ("RFC822", True),
        ("RFC822.TEXT", True),
        ("RFC822.HEADER", False),
        ("BODY.PEEK[]", False),
        ("BODY", False),
        (["FLAGS", "BODY.PEEK[]", "BODY[TEXT]"], True),
        (["BODY[TEXT]", "BODY.PEEK[TEXT]"], True),
        (["BODY.PEEK[TEXT]", "BODY[TEXT]"], True),
    ],
)
def test_what_marks_a_message_as_read(asked: object, sets_seen: bool) -> None:
    (token,) = tokens(asked)
    assert parse_items(token, uid_command=False).sets_seen is sets_seen


def test_items_can_be_added() -> None:
    items = parse_items(Atom(b"UID"), uid_command=False)
    assert not items.wants_modseq
    both = items.including(b"FLAGS", b"UID", b"MODSEQ")
    assert [item.label for item in both.items] == [b"UID", b"FLAGS", b"MODSEQ"]
    assert both.wants_modseq


@pytest.mark.parametrize(
    "asked",
    [[], "NONSENSE", "BODY.PEEK", "BODY.PEEKX[]", "FLAGS[]", "[]", "BODY[", "BODY[MIME]", b"FLAGS", ["FLAGS", "ALL"],
     ["FAST"], [["FLAGS"]], ["FLAGS", b"UID"], "\xff"],
)  # fmt: skip
def test_what_is_no_item_is_refused(asked: object) -> None:
    (token,) = tokens(asked)
    with pytest.raises(ValueError, match=r"^[a-zA-Z].*[^.]$"):
        parse_items(token, uid_command=False)


def test_recent_is_a_flag_of_the_session() -> None:
    assert fetch("FLAGS", stored(flags=[]), recent=True) == b"FLAGS (\\Recent)"
    assert fetch("FLAGS", stored(flags=["b", "\\Seen", "a"]), recent=True) == b"FLAGS (\\Seen a b \\Recent)"
    assert fetch("FLAGS", stored(flags=[])) == b"FLAGS ()"


@pytest.mark.parametrize(
    ("moment", "zone", "text"),
    [
        (0.0, 0, b" 1-Jan-1970 00:00:00 +0000"),
        (-0.5, 0, b"31-Dec-1969 23:59:59 +0000"),
        (0.0, -90, b"31-Dec-1969 22:30:00 -0130"),
        (1767250800.9, 840, b" 1-Jan-2026 21:00:00 +1400"),
        (-62135596800.0, 0, b" 1-Jan-0001 00:00:00 +0000"),
        (1e300, 0, b" 1-Jan-1970 00:00:00 +0000"),
    ],
)
def test_the_internal_date_keeps_its_zone(moment: float, zone: int, text: bytes) -> None:
    assert fetch("INTERNALDATE", stored(date=moment, zone=zone)) == b'INTERNALDATE "%b"' % text


def test_octets_come_as_they_were_stored() -> None:
    content = b"Subject: \xff\x00\n\n\x00\r\xfe\n.\n"
    assert fetch("BODY[]", stored(content)) == b"BODY[] {%d}\r\n%b" % (len(content), content)
    assert fetch("RFC822.SIZE", stored(content)) == b"RFC822.SIZE %d" % len(content)


atoms = st.one_of(
    st.sampled_from(
        [b"FLAGS", b"BODY[]", b"BODY.PEEK[1]<0.1>", b"FULL", b"ENVELOPE", b"BODYSTRUCTURE", b"BODY["]
    ),
    st.binary(max_size=20),
)
any_token = st.recursive(
    st.one_of(atoms.map(Atom), st.binary(max_size=5).map(String)),
    lambda inner: st.lists(inner, max_size=4).map(lambda items: Group(tuple(items))),
    max_leaves=6,
)


@given(any_token, st.binary())
def test_any_token_is_answered_or_refused(token: Token, content: bytes) -> None:
    try:
        items = parse_items(token, uid_command=True)
    except ValueError:
        return
    assert render(stored(content), items, recent=True).startswith(b"UID 1")


def test_a_whole_mailbox_is_described_with_little_work() -> None:
    items = parse_items(Group((Atom(b"ENVELOPE"), Atom(b"BODYSTRUCTURE"))), uid_command=True)
    mails = [
        stored(
            f"Subject: number {number}\nFrom: Ann <ann@x.test>\nTo: bob@x.test\n"
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: image/png\n\n"
            + "x" * 1500
            + "\n--b--\n",
            uid=number,
        )
        for number in range(1, 501)
    ]
    assert calls_of(lambda: [render(mail, items, recent=False) for mail in mails]) < 500 * 1000
