"""Dialogues about messages: append, fetch, store, copy, move, expunge, search."""

from __future__ import annotations

import pytest

from tests.play import play
from tests.services.imap.scene import SIMPLE, FakeWorld, Logged, quiet, say


def five(world: FakeWorld) -> None:
    for number in range(1, 6):
        world.deliver(b"Subject: mail %d\r\n\r\nbody %d\r\n" % (number, number))


SELECTED = Logged(five, b"s SELECT INBOX")


def test_append_and_fetch_what_was_appended() -> None:
    play(
        Logged(lambda world: None, b"s SELECT INBOX"),
        r"""
        C: a1 APPEND INBOX (\Seen $Work) "17-Jul-1996 02:44:25 -0700" {5}
        S: + OK
        C: a\r\nbc
        S: * 1 EXISTS
        S: * 1 RECENT
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Work)
        S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft $Work \*)] new keywords
        S: a1 OK [APPENDUID 1700000001 1] APPEND completed
        C: a2 FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
        S: * 1 FETCH (UID 1 FLAGS (\Seen $Work \Recent) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 5 BODY[] {5}
        S: a
        S: bc)
        S: a2 OK FETCH completed
        C: a3 APPEND Sent {3+}
        C: abc
        S: a3 OK [APPENDUID 1700000003 1] APPEND completed
        """,
    )


def test_append_several_at_once() -> None:
    play(
        Logged(),
        r"""
        C: a1 APPEND Sent {1}
        S: + OK
        C: a (\Seen) {2+}
        C: bc " 1-Jan-2026 00:00:00 +0000" {3}
        S: + OK
        C: def
        S: a1 OK [APPENDUID 1700000003 1:3] APPEND completed
        C: a2 STATUS Sent (MESSAGES SIZE UNSEEN)
        S: * STATUS Sent (MESSAGES 3 SIZE 6 UNSEEN 2)
        S: a2 OK STATUS completed
        """,
    )


def test_append_refusals() -> None:
    play(
        Logged(),
        r"""
        C: a1 APPEND Nowhere {3+}
        C: abc
        S: a1 NO [TRYCREATE] there is no such mailbox
        C: a2 APPEND Sent "1-Foo-2026 00:00:00 +0000" {3+}
        C: abc
        S: a2 BAD a date-time looks like ...
        C: a3 APPEND Sent "abc"
        S: a3 BAD a date-time looks like ...
        C: a4 APPEND Sent (\Recent) {3+}
        C: abc
        S: a4 BAD \Recent is no flag a client can set
        C: a5 APPEND Sent (\Unknown) {3+}
        C: abc
        S: a5 BAD \Unknown is no flag a client can set
        C: a6 APPEND Sent {0+}
        C:
        S: a6 NO [CANNOT] an empty message cannot be kept
        C: a7 APPEND Sent
        S: a7 BAD an argument is missing
        C: a8 APPEND Sent ("quoted") {1+}
        C: x
        S: a8 BAD a flag is an atom
        C: a9 STATUS Sent (MESSAGES)
        S: * STATUS Sent (MESSAGES 0)
        S: a9 OK STATUS completed
        """,
    )


def test_append_in_utf8() -> None:
    play(
        Logged(lambda world: None, b"e ENABLE UTF8=ACCEPT"),
        """
        C: a1 APPEND Sent UTF8 (~{3+}
        C: abc)
        S: a1 OK [APPENDUID 1700000003 1] APPEND completed
        C: a2 APPEND Sent {10+}
        C: UTF8 (abc)
        S: a2 OK [APPENDUID 1700000003 2] APPEND completed
        C: a3 STATUS Sent (SIZE)
        S: * STATUS Sent (SIZE 6)
        S: a3 OK STATUS completed
        """,
    )


def test_reading_a_body_marks_it_as_seen() -> None:
    play(
        SELECTED,
        r"""
        C: a1 FETCH 1 BODY.PEEK[TEXT]
        S: * 1 FETCH (BODY[TEXT] {8}
        S: body 1
        S: )
        S: a1 OK FETCH completed
        C: a2 FETCH 1:2 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {8}
        S: body 1
        S:  FLAGS (\Seen \Recent))
        S: * 2 FETCH (BODY[TEXT] {8}
        S: body 2
        S:  FLAGS (\Seen \Recent))
        S: a2 OK FETCH completed
        C: a3 FETCH 1 BODY[TEXT]<5.100>
        S: * 1 FETCH (BODY[TEXT]<5> {3}
        S: 1
        S: )
        S: a3 OK FETCH completed
        C: a4 UID FETCH 3 (FLAGS BODY[TEXT]<0.4>)
        S: * 3 FETCH (UID 3 FLAGS (\Seen \Recent) BODY[TEXT]<0> {4}
        S: body)
        S: a4 OK UID FETCH completed
        """,
    )


def test_fetch_refusals() -> None:
    play(
        SELECTED,
        """
        C: a1 FETCH 6 FLAGS
        S: a1 BAD there is no message of that number
        C: a2 FETCH 0 FLAGS
        S: a2 BAD invalid sequence set
        C: a3 FETCH 1 WEATHER
        S: a3 BAD unknown data item WEATHER
        C: a4 FETCH 1
        S: a4 BAD an argument is missing
        C: a5 FETCH (1) FLAGS
        S: a5 BAD a sequence set was expected
        C: a6 FETCH 1 BODY[HEADER
        S: a6 BAD a bracket is not closed
        C: a7 UID FETCH 9:12 FLAGS
        S: a7 OK UID FETCH completed
        C: a8 FETCH 1 FLAGS UID
        S: a8 BAD a list in parentheses was expected
        """,
    )


def test_partial_of_olden_times() -> None:
    play(
        SELECTED,
        r"""
        C: a1 PARTIAL 1 RFC822 1 7
        S: * 1 FETCH (BODY[]<0> {7}
        S: Subject FLAGS (\Seen \Recent))
        S: a1 OK PARTIAL completed
        C: a2 PARTIAL 1 RFC822.HEADER 10 4
        S: * 1 FETCH (BODY[HEADER]<9> {4}
        S: mail)
        S: a2 OK PARTIAL completed
        C: a3 PARTIAL 1 BODY[TEXT] 0 4
        S: a3 BAD the first octet is number 1
        C: a4 PARTIAL 1 FLAGS 1 4
        S: a4 BAD PARTIAL takes RFC822, RFC822.HEADER, RFC822.TEXT or a section
        """,
    )


def test_store() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 1 +FLAGS (\Seen \flagged $New)
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $New)
        S: * OK [PERMANENTFLAGS (...$New \*)] new keywords
        S: * 1 FETCH (FLAGS (\Flagged \Seen $New \Recent))
        S: a1 OK STORE completed
        C: a2 STORE 1 -FLAGS \SEEN $new
        S: * 1 FETCH (FLAGS (\Flagged \Recent))
        S: a2 OK STORE completed
        C: a3 STORE 1:2 FLAGS.SILENT ($NEW)
        S: a3 OK STORE completed
        C: a4 STORE 1 +FLAGS ($new)
        S: * 1 FETCH (FLAGS ($NEW \Recent))
        S: a4 OK STORE completed
        C: a5 UID STORE 2 FLAGS ()
        S: * 2 FETCH (UID 2 FLAGS (\Recent))
        S: a5 OK UID STORE completed
        C: a6 STORE 1 +FLAGS (\Recent)
        S: a6 BAD \Recent is no flag a client can set
        C: a7 STORE 1 WEATHER (\Seen)
        S: a7 BAD STORE takes FLAGS, +FLAGS or -FLAGS, each with .SILENT or without
        C: a8 STORE 1 +FLAGS
        S: a8 BAD an argument is missing
        C: a9 STORE 9 +FLAGS (\Seen)
        S: a9 BAD there is no message of that number
        C: a10 UID STORE 9 +FLAGS (\Seen)
        S: a10 OK UID STORE completed
        C: a11 STORE 1 +FLAGS (\Seen) $x
        S: a11 BAD there are too many arguments
        """,
    )


def test_a_keyword_has_one_spelling() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 1 FLAGS.SILENT (Work WORK)
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Work)
        S: * OK [PERMANENTFLAGS (...Work \*)] new keywords
        S: a1 OK STORE completed
        C: a2 STORE 1 +FLAGS (home work HOME)
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Work home)
        S: * OK [PERMANENTFLAGS (...Work home \*)] new keywords
        S: * 1 FETCH (FLAGS (Work home \Recent))
        S: a2 OK STORE completed
        """,
    )


def test_expunge_renumbers() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 1,2,4 +FLAGS.SILENT (\Deleted)
        S: a1 OK STORE completed
        C: a2 EXPUNGE
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: a2 OK EXPUNGE completed
        C: a3 FETCH 1:* UID
        S: * 1 FETCH (UID 3)
        S: * 2 FETCH (UID 5)
        S: a3 OK FETCH completed
        C: a4 EXPUNGE
        S: a4 OK EXPUNGE completed
        """,
    )


def test_uid_expunge_takes_only_its_set() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 1:3 +FLAGS.SILENT (\Deleted)
        S: a1 OK STORE completed
        C: a2 UID EXPUNGE 2,4,99
        S: * 2 EXPUNGE
        S: a2 OK UID EXPUNGE completed
        """,
    )


def test_copy() -> None:
    play(
        SELECTED,
        r"""
        C: a1 STORE 2 +FLAGS.SILENT (\Seen $Work)
        S: ...FLAGS ...
        S: ...PERMANENTFLAGS ...
        S: a1 OK STORE completed
        C: a2 COPY 2,4:5 Sent
        S: a2 OK [COPYUID 1700000003 2,4:5 1:3] COPY completed
        C: a3 UID COPY 1,77 Sent
        S: a3 OK [COPYUID 1700000003 1 4] UID COPY completed
        C: a4 UID COPY 77 Sent
        S: a4 OK UID COPY completed
        C: a5 COPY 1 Nowhere
        S: a5 NO [TRYCREATE] there is no such mailbox
        C: a6 COPY 9 Sent
        S: a6 BAD there is no message of that number
        C: a7 COPY 1 INBOX
        S: * 6 EXISTS
        S: * 6 RECENT
        S: a7 OK [COPYUID 1700000001 1 6] COPY completed
        C: a8 EXAMINE Sent
        S: ...
        S: ...
        S: * 4 EXISTS
        S: * 4 RECENT
        S: * OK [UNSEEN 2] ...
        S: ...
        S: ...
        S: ...
        S: a8 OK [READ-ONLY] ...
        C: a9 FETCH 1 (FLAGS INTERNALDATE)
        S: * 1 FETCH (FLAGS (\Seen $Work \Recent) INTERNALDATE "14-Nov-2023 22:13:20 +0000")
        S: a9 OK FETCH completed
        """,
    )


def test_move() -> None:
    play(
        SELECTED,
        """
        C: a1 MOVE 1,3 Trash
        S: * OK [COPYUID 1700000004 1,3 1:2] moved
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: a1 OK MOVE completed
        C: a2 UID MOVE 4 Trash
        S: * OK [COPYUID 1700000004 4 3] moved
        S: * 2 EXPUNGE
        S: a2 OK UID MOVE completed
        C: a3 UID MOVE 4 Trash
        S: a3 OK UID MOVE completed
        C: a4 MOVE 1 Nowhere
        S: a4 NO [TRYCREATE] there is no such mailbox
        C: a5 FETCH 1:* UID
        S: * 1 FETCH (UID 2)
        S: * 2 FETCH (UID 5)
        S: a5 OK FETCH completed
        """,
    )


def test_search() -> None:
    play(
        SELECTED,
        r"""
        C: a1 SEARCH SUBJECT "mail 3"
        S: * SEARCH 3
        S: a1 OK SEARCH completed
        C: a2 STORE 1 +FLAGS.SILENT (\Deleted)
        S: a2 OK STORE completed
        C: a3 EXPUNGE
        S: * 1 EXPUNGE
        S: a3 OK EXPUNGE completed
        C: a4 SEARCH BODY {6}
        S: + OK
        C: body 3
        S: * SEARCH 2
        S: a4 OK SEARCH completed
        C: a5 UID SEARCH CHARSET UTF-8 OR BODY "body 3" TEXT "mail 5"
        S: * SEARCH 3 5
        S: a5 OK UID SEARCH completed
        C: a6 SEARCH RECENT 1:2
        S: * SEARCH 1 2
        S: a6 OK SEARCH completed
        C: a7 SEARCH CHARSET KLINGON ALL
        S: a7 NO [BADCHARSET (US-ASCII UTF-8 ...)] the charset is unknown
        C: a8 SEARCH WEATHER
        S: a8 BAD unknown search key WEATHER
        C: a9 SEARCH
        S: a9 BAD an argument is missing
        C: a10 SEARCH SUBJECT nothing
        S: * SEARCH
        S: a10 OK SEARCH completed
        """,
    )


def test_extended_search() -> None:
    play(
        SELECTED,
        """
        C: a1 SEARCH RETURN (MIN MAX COUNT ALL) 2:4
        S: * ESEARCH (TAG "a1") MIN 2 MAX 4 COUNT 3 ALL 2:4
        S: a1 OK SEARCH completed
        C: a2 UID SEARCH RETURN () 1,3
        S: * ESEARCH (TAG "a2") UID ALL 1,3
        S: a2 OK UID SEARCH completed
        C: a3 SEARCH RETURN (MIN COUNT) SUBJECT nothing
        S: * ESEARCH (TAG "a3") COUNT 0
        S: a3 OK SEARCH completed
        C: a4 SEARCH RETURN (ALL) SUBJECT nothing
        S: * ESEARCH (TAG "a4")
        S: a4 OK SEARCH completed
        """,
    )


def test_sort_and_thread() -> None:
    play(
        SELECTED,
        """
        C: a1 SORT (REVERSE SUBJECT) UTF-8 2:4
        S: * SORT 4 3 2
        S: a1 OK SORT completed
        C: a2 UID SORT (ARRIVAL) US-ASCII SUBJECT nothing
        S: * SORT
        S: a2 OK UID SORT completed
        C: a3 THREAD REFERENCES UTF-8 1:2
        S: * THREAD (1)(2)
        S: a3 OK THREAD completed
        C: a4 UID THREAD ORDEREDSUBJECT UTF-8 SUBJECT nothing
        S: * THREAD
        S: a4 OK UID THREAD completed
        C: a5 THREAD WEATHER UTF-8 ALL
        S: a5 BAD unknown threading algorithm
        C: a6 SORT (WEATHER) UTF-8 ALL
        S: a6 BAD unknown sort criterion WEATHER
        C: a7 SORT (SIZE) KLINGON ALL
        S: a7 NO [BADCHARSET (...)] the charset is unknown
        """,
    )


@pytest.mark.parametrize("count", [1500, 9000])
def test_long_sets_of_uids(count: int) -> None:
    world = FakeWorld()
    five(world)
    made = quiet(b"s SELECT INBOX", world=world)
    numbers = b",".join(b"%d" % number for number in range(1, 2 * count, 2))
    answer = say(made, b"a UID FETCH " + numbers + b" UID")
    assert answer.splitlines() == [
        b"* 1 FETCH (UID 1)",
        b"* 3 FETCH (UID 3)",
        b"* 5 FETCH (UID 5)",
        b"a OK UID FETCH completed",
    ]


def test_octets_come_out_as_they_went_in() -> None:
    for content in (bytes(range(256)), b"no line end", b"\n\r\n\n", b"x" * 100_000, SIMPLE + b"From x\r\n"):
        made = quiet(b"s SELECT INBOX")
        say(made, b"a APPEND INBOX {%d+}" % len(content), content)
        answer = say(made, b"b FETCH 1 BODY.PEEK[]")
        assert answer.startswith(b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(content), content))
