"""Dialogues about modification counters (RFC 7162 §3.1)."""

from __future__ import annotations

import pytest

from tests.play import play
from tests.services.imap.scene import FakeWorld, Logged, quiet, say


def three(world: FakeWorld) -> None:
    """Messages whose counters stand at 2, 3 and 4."""
    for _ in range(3):
        world.deliver()


SELECTED = Logged(three, b"s SELECT INBOX")


def test_counters_are_not_mentioned_until_asked_for() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 1 +FLAGS (\Seen)
        S: * 1 FETCH (FLAGS (\Seen \Recent))
        S: a1 OK STORE completed
        C: a2 ENABLE CONDSTORE
        S: * OK [HIGHESTMODSEQ 5] the last change
        S: * ENABLED CONDSTORE
        S: a2 OK ENABLE completed
        C: a3 STORE 1 -FLAGS (\Seen)
        S: * 1 FETCH (FLAGS (\Recent) MODSEQ (6))
        S: a3 OK STORE completed
        C: a4 STORE 1 +FLAGS.SILENT (\Seen)
        S: * 1 FETCH (MODSEQ (7))
        S: a4 OK STORE completed
        C: a5 UID STORE 2 +FLAGS.SILENT (\Seen)
        S: * 2 FETCH (UID 2 MODSEQ (8))
        S: a5 OK UID STORE completed
        C: a6 FETCH 3 BODY[TEXT]<0.1>
        S: * 3 FETCH (BODY[TEXT]<0> {1}
        S: f FLAGS (\Seen \Recent) MODSEQ (9))
        S: a6 OK FETCH completed
        """,
    )


@pytest.mark.parametrize(
    "words",
    [
        b"FETCH 1 MODSEQ",
        b"FETCH 1 FLAGS (CHANGEDSINCE 99)",
        b"STORE 1 (UNCHANGEDSINCE 0) FLAGS ()",
        b"SEARCH MODSEQ 99",
        b"SORT (DATE) UTF-8 MODSEQ 99",
        b"STATUS INBOX (HIGHESTMODSEQ)",
        b'LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))',
        b"ENABLE CONDSTORE",
        b"SELECT INBOX (CONDSTORE)",
    ],
)
def test_what_enables_them(words: bytes) -> None:
    world = FakeWorld()
    three(world)
    made = quiet(b"s SELECT INBOX", world=world)
    assert b"* OK [HIGHESTMODSEQ 4]" in say(made, b"a " + words)
    assert b"MODSEQ (5)" in say(made, b"b STORE 1 FLAGS (\\Flagged)")
    removed = quiet(b"s SELECT INBOX", world=world, capabilities_removed=("CONDSTORE",))
    answer = say(removed, b"a " + words)
    assert b"HIGHESTMODSEQ" not in answer
    assert answer.startswith(b"a BAD") or b"\r\n* ENABLED\r\n" in b"\r\n" + answer


def test_changes_since() -> None:
    play(
        SELECTED,
        r"""
        C: a1 FETCH 1:* (FLAGS) (CHANGEDSINCE 2)
        S: * OK [HIGHESTMODSEQ 4] the last change
        S: * 2 FETCH (FLAGS (\Recent) MODSEQ (3))
        S: * 3 FETCH (FLAGS (\Recent) MODSEQ (4))
        S: a1 OK FETCH completed
        C: a2 UID FETCH 1:* (UID MODSEQ) (CHANGEDSINCE 3)
        S: * 3 FETCH (UID 3 MODSEQ (4))
        S: a2 OK UID FETCH completed
        C: a3 FETCH 1 FLAGS (WEATHER 3)
        S: a3 BAD CHANGEDSINCE was expected
        C: a4 FETCH 1 FLAGS (CHANGEDSINCE 3 4)
        S: a4 BAD there are too many arguments
        """,
    )


def test_conditional_stores() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 1:3 (UNCHANGEDSINCE 3) +FLAGS (\Seen)
        S: * OK [HIGHESTMODSEQ 4] the last change
        S: * 1 FETCH (FLAGS (\Seen \Recent) MODSEQ (5))
        S: * 2 FETCH (FLAGS (\Seen \Recent) MODSEQ (6))
        S: a1 OK [MODIFIED 3] STORE completed
        C: a2 UID STORE 1:3 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\Flagged)
        S: * 1 FETCH (UID 1 MODSEQ (7))
        S: * 3 FETCH (UID 3 MODSEQ (8))
        S: a2 OK [MODIFIED 2] UID STORE completed
        C: a3 STORE 1:3 (UNCHANGEDSINCE 0) FLAGS ()
        S: a3 OK [MODIFIED 1:3] STORE completed
        C: a4 STORE 1 (UNCHANGEDSINCE 99999999999999999999) FLAGS ()
        S: a4 BAD the number is too large
        C: a5 STORE 1 (UNCHANGEDSINCE x) FLAGS ()
        S: a5 BAD a number was expected
        """,
    )


def test_searching_by_counter() -> None:
    play(
        Logged(three, b"s SELECT INBOX (CONDSTORE)"),
        """
        C: a1 SEARCH MODSEQ 3
        S: * SEARCH 2 3 (MODSEQ 4)
        S: a1 OK SEARCH completed
        C: a2 SEARCH MODSEQ 99
        S: * SEARCH
        S: a2 OK SEARCH completed
        C: a3 UID SEARCH RETURN (MIN) MODSEQ 2
        S: * ESEARCH (TAG "a3") UID MIN 1 MODSEQ 2
        S: a3 OK UID SEARCH completed
        C: a4 SEARCH RETURN (MIN COUNT) MODSEQ 2
        S: * ESEARCH (TAG "a4") MIN 1 COUNT 3 MODSEQ 4
        S: a4 OK SEARCH completed
        C: a5 SORT (REVERSE ARRIVAL) UTF-8 MODSEQ 3
        S: * SORT 2 3 (MODSEQ 4)
        S: a5 OK SORT completed
        C: a6 SEARCH ALL
        S: * SEARCH 1 2 3
        S: a6 OK SEARCH completed
        """,
    )


def test_counters_in_the_news_and_in_status() -> None:
    world = FakeWorld()
    three(world)
    mine = quiet(b"s SELECT INBOX (CONDSTORE)", world=world)
    other = quiet(b"s SELECT INBOX", world=world)
    say(other, b"x STORE 2 FLAGS (\\Seen)")
    assert (
        say(mine, b"a NOOP") == b"* 2 FETCH (FLAGS (\\Seen \\Recent) MODSEQ (5))\r\na OK NOOP completed\r\n"
    )
    say(other, b"y STORE 2 FLAGS (\\Deleted)", b"z EXPUNGE")
    assert b"(HIGHESTMODSEQ 7)" in say(mine, b"b STATUS INBOX (HIGHESTMODSEQ)")


def test_unknown_parameters_of_select() -> None:
    assert say(quiet(), b"a SELECT INBOX (WEATHER)") == b"a BAD unknown parameter\r\n"
