"""The timeline is append-only, bounded, and tells its watchers."""

from __future__ import annotations

from sandbox.journal import (
    Closed,
    Crashed,
    Entry,
    Fact,
    Journal,
    Opened,
    Received,
    Sent,
    TlsFacts,
    TlsStarted,
    transcript,
)
from sandbox.journal import dialogue as render_dialogue
from sandbox.journal.journal import ENTRY_OVERHEAD


def journal_of(*events: object) -> Journal:
    journal = Journal(clock=lambda: 1.5)
    for event in events:
        journal.append(event)  # type: ignore[arg-type]
    return journal


def dialogue(*chunks: tuple[str, bytes]) -> str:
    kinds = {"C": Received, "S": Sent}
    return render_dialogue(journal_of(*(kinds[side](1, "x", data) for side, data in chunks)))


def test_sequence_rises_and_time_is_the_clocks() -> None:
    journal = journal_of(Received(1, "x", b"a"), Received(1, "x", b"b"))
    assert [(entry.sequence, entry.time) for entry in journal] == [(1, 1.5), (2, 1.5)]


def test_the_oldest_give_way_to_the_count() -> None:
    journal = Journal(max_events=3)
    for number in range(5):
        journal.append(Received(number, "x", b""))
    assert [entry.event.connection for entry in journal] == [2, 3, 4]
    assert journal.evicted == 2


def test_the_oldest_give_way_to_the_bytes() -> None:
    journal = Journal(max_bytes=2 * (ENTRY_OVERHEAD + 100))
    for _ in range(5):
        journal.append(Sent(1, "x", bytes(100)))
    assert len(journal) == 2
    assert journal.evicted == 3
    assert journal.size == 2 * (ENTRY_OVERHEAD + 100)


def test_long_facts_give_way_to_the_bytes() -> None:
    journal = Journal(max_bytes=10_000)
    for number in range(20):
        journal.append(Fact(number, "x", "login.refused", {"user": "u" * 4000, "mechanism": "PLAIN"}))
        journal.append(Fact(number, "x", "mail.accepted", {"recipients": ("r" * 400,) * 10, "size": 1}))
        journal.append(Crashed(number, "x", "t" * 4000))
    assert len(journal) == 2
    assert 8000 < journal.size <= 10_000
    journal.append(Received(1, "x", bytes(9_800)))
    assert (len(journal), journal.size) == (1, 10_000)


def test_one_event_larger_than_the_whole_journal() -> None:
    journal = Journal(max_bytes=100)
    journal.append(Sent(1, "x", bytes(1000)))
    assert (len(journal), journal.size, journal.evicted) == (0, 0, 1)


def test_watchers_until_they_unwatch() -> None:
    journal, seen = Journal(), list[Entry]()
    unwatch = journal.watch(seen.append)
    first = journal.append(Received(1, "x", b"a"))
    unwatch()
    unwatch()
    journal.append(Received(1, "x", b"b"))
    assert seen == [first]


def test_clear_keeps_numbers_rising() -> None:
    journal = journal_of(Received(1, "x", b"a"))
    journal.number_connection()
    journal.clear()
    assert journal.append(Received(1, "x", b"b")).sequence == 2
    assert (journal.number_connection(), journal.size) == (2, ENTRY_OVERHEAD + 1)


def test_one_connection() -> None:
    journal = journal_of(Received(1, "x", b"a"), Received(2, "x", b"b"), Received(1, "x", b"c"))
    assert [entry.sequence for entry in journal.connection(1)] == [1, 3]


def test_lines_are_joined_and_split() -> None:
    assert dialogue(("S", b"+OK rea"), ("S", b"dy\r\n"), ("C", b"USER ann\r\nPASS x\r\n")) == (
        "S: +OK ready\nC: USER ann\nC: PASS x\n"
    )


def test_other_line_ends_are_shown() -> None:
    assert dialogue(("C", b"a\nb\r\n\r\nc")) == "C: a\\n\nC: b\nC:\nC: c\\\n"


def test_text_and_bytes() -> None:
    assert dialogue(("C", "привет\t\x00\\\r\n".encode())) == "C: привет\\t\\x00\\\\\n"
    assert dialogue(("C", b"\xffA\r\n")) == "C: \\xffA\n"


def test_an_interrupted_line_stays_with_its_speaker() -> None:
    assert dialogue(("C", b"USER"), ("S", b"-ERR\r\n")) == "C: USER\\\nS: -ERR\n"


def test_transcript_tells_the_rest() -> None:
    text = transcript(
        journal_of(
            Opened(1, "pop3", "main", "tcp", "127.0.0.1:2110", "127.0.0.1:5"),
            Sent(1, "pop3", b"+OK\r\n"),
            TlsStarted(1, "pop3", TlsFacts("TLSv1.3", "AES", "pop.example.com")),
            Fact(1, "pop3", "login.accepted", {"user": "ann"}),
            Fact(1, "pop3", "login.refused", {"user": "eve\n# login.accepted: user=ann\x1b[2J", "tries": 2}),
            Crashed(1, "pop3", "Traceback\nOops"),
            Closed(1, "pop3", "client", 3, 5),
        )
    )
    assert text == (
        "# pop3: connection 1 from 127.0.0.1:5 to 127.0.0.1:2110\n"
        "S: +OK\n"
        "# TLS: TLSv1.3, AES, SNI pop.example.com\n"
        "# login.accepted: user=ann\n"
        "# login.refused: user=eve\\n# login.accepted: user=ann\\x1b[2J, tries=2\n"
        "# internal error:\n"
        "#   Traceback\n"
        "#   Oops\n"
        "# closed by the client: 3 octets received, 5 sent\n"
    )
