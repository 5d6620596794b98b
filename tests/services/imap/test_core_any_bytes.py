"""Whatever a client sends: no exception, an answer to every line, and the same answers however it is cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.services.imap.commands import _RULES
from sandbox.services.imap.core import ImapCore
from tests.services.imap.scene import SIMPLE, FakeWorld, heard, quiet, say

WORDS = st.sampled_from(
    [
        *(name.encode() for name in sorted(_RULES)),
        *b"1 1:* 9:3 0 * INBOX Trash inbox/x %(name)s DONE PLAIN CRAM-MD5 LOGIN = RETURN (ALL) ALL NOT OR".split(),
        *b"TEXT x SUBJECT CHARSET UTF-8 REFERENCES (SUBJECT) FLAGS +FLAGS.SILENT -FLAGS RFC822 BODY[]".split(),
        *b"(MESSAGES) (STATUS (UIDNEXT)) FAST BODY[HEADER.FIELDS (TO)]<0.3> ENVELOPE BODYSTRUCTURE FULL".split(),
        *b"(CHANGEDSINCE 1) (UNCHANGEDSINCE 1) (CONDSTORE) MODSEQ 5 CONDSTORE (MODSEQ) UTF8=ACCEPT".split(),
        b"(\\Seen)",
        b"\\Deleted",
        b"$k",
        b'"a b"',
        b'""',
        b"{1+}\r\nx",
        b"{1}\r\n",
        b"&-",
        b"&",
        b"(",
        b")",
        b'"',
        b"\xff",
        b"NIL",
        b'"1-Jan-2026 00:00:00 +0000"',
        b"1-Jan-2026",
    ]
)
LINES = st.lists(st.lists(WORDS, max_size=6).map(b" ".join), max_size=8)


def prepared() -> ImapCore:
    world = FakeWorld()
    for _ in range(3):
        world.deliver(SIMPLE)
    return quiet(b"s SELECT INBOX", world=world)


def answers(data: bytes, size: int) -> bytes:
    made = prepared()
    output = b"".join(heard(made, data[start : start + size]) for start in range(0, len(data), size))
    made.closed()
    return output


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    output = answers(data, 1 << 20)
    assert len(output) < 200 * (len(data) + 1)
    assert answers(data, 3) == output


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_any_words(lines: list[bytes]) -> None:
    data = b"".join(b"a%d %b\r\n" % (number, line) for number, line in enumerate(lines))
    output = answers(data, 1 << 20)
    assert output == b"" or output.endswith(b"\r\n")
    assert answers(data, 7) == output


def test_the_answers_are_bounded_by_the_mailbox() -> None:
    made = prepared()
    for line in (b"a SEARCH " + b"NOT " * 15_000 + b"ALL", b"a SEARCH " + b"OR ALL " * 9000 + b"ALL"):
        assert say(made, line).startswith(b"a BAD"), "no recursion without an end"
    assert b"b OK" in say(made, b"b NOOP")
