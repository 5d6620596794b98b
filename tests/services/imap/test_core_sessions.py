"""Several sessions over one mailbox: who is told what, and when."""

from __future__ import annotations

import pytest

from sandbox.sansio import Close, WhenDrained
from sandbox.services.imap.core import ImapCore
from tests.services.imap.scene import SIMPLE, FakeClient, FakeWorld, core, quiet, say, sent
from tests.work import calls_of


class Two:
    """Two sessions of ann's with the same mailbox selected; ``messages`` are there before."""

    def __init__(self, messages: int = 3, command: bytes = b"SELECT INBOX") -> None:
        self.world = FakeWorld()
        for _ in range(messages):
            self.world.deliver()
        self.other = quiet(b"s SELECT INBOX", world=self.world)
        self.client = FakeClient()
        self.mine = quiet(b"s " + command, world=self.world, client=self.client)

    def idling(self) -> ImapCore:
        say(self.mine, b"i IDLE")
        return self.mine


def test_news_come_with_the_end_of_any_command() -> None:
    two = Two()
    two.world.deliver()
    assert say(two.mine, b"a NOOP") == b"* 4 EXISTS\r\n* 1 RECENT\r\na OK NOOP completed\r\n"
    say(two.other, b"x STORE 2 +FLAGS (\\Seen)")
    assert say(two.mine, b"b CHECK") == b"* 2 FETCH (FLAGS (\\Seen))\r\nb OK CHECK completed\r\n"
    say(two.other, b"y STORE 1,3 +FLAGS.SILENT (\\Deleted)", b"z EXPUNGE")
    answer = say(two.mine, b"c STATUS Trash (MESSAGES)")
    assert answer.startswith(b"* STATUS Trash (MESSAGES 0)\r\n* 1 EXPUNGE\r\n* 2 EXPUNGE\r\n")
    assert say(two.mine, b"d NOOP") == b"d OK NOOP completed\r\n"


def test_a_message_is_recent_for_who_is_told_first() -> None:
    two = Two()
    two.world.deliver()
    assert b"* 4 RECENT\r\n" in say(two.other, b"x NOOP"), "three of the first select, and the new one"
    assert b"* 0 RECENT\r\n" in say(two.mine, b"a NOOP")
    assert b"FLAGS (\\Recent)" in say(two.other, b"y FETCH 4 FLAGS")
    assert b"FLAGS ()" in say(two.mine, b"b FETCH 4 FLAGS")


def test_examine_sees_what_is_recent_and_takes_nothing() -> None:
    two = Two(command=b"EXAMINE INBOX")
    two.world.deliver()
    assert b"* 4 EXISTS\r\n* 1 RECENT\r\n" in say(two.mine, b"a NOOP")
    assert b"* 4 RECENT\r\n" in say(two.other, b"x NOOP")


def test_numbers_do_not_shift_under_commands_by_number() -> None:
    two = Two()
    say(two.other, b"x STORE 1 +FLAGS.SILENT (\\Deleted)", b"y EXPUNGE")
    for command in (b"FETCH 2 UID", b"STORE 2 +FLAGS.SILENT (\\Seen)", b"SEARCH 2", b"COPY 2 Trash"):
        assert b"EXPUNGE" not in say(two.mine, b"a " + command), command
    assert b"* 2 FETCH (UID 2)" in say(two.mine, b"b FETCH 2 UID")
    assert b"* 1 EXPUNGE" in say(two.mine, b"c UID SEARCH ALL")
    assert b"* 1 FETCH (UID 2)" in say(two.mine, b"d FETCH 1 UID")


def test_messages_that_are_gone_are_said_so() -> None:
    two = Two()
    say(two.other, b"x STORE 1 +FLAGS.SILENT (\\Deleted)", b"y EXPUNGE")
    assert say(two.mine, b"a FETCH 1:2 UID") == (
        b"* 2 FETCH (UID 2)\r\na NO [EXPUNGEISSUED] some of the messages are gone\r\n"
    )
    assert say(two.mine, b"b STORE 1 +FLAGS (\\Seen)").startswith(b"b NO [EXPUNGEISSUED]")
    assert say(two.mine, b"c COPY 1:2 Trash").startswith(b"c NO [EXPUNGEISSUED]")
    assert say(two.mine, b"d SEARCH ALL").startswith(b"* SEARCH 2 3\r\n")
    assert b"* STATUS Trash (MESSAGES 0)" in say(two.mine, b"e STATUS Trash (MESSAGES)")


def test_uids_that_are_gone_are_passed_over() -> None:
    two = Two()
    say(two.other, b"x STORE 1 +FLAGS.SILENT (\\Deleted)", b"y EXPUNGE")
    assert say(two.mine, b"a UID FETCH 1:2 UID") == (
        b"* 2 FETCH (UID 2)\r\n* 1 EXPUNGE\r\na OK UID FETCH completed\r\n"
    )


def test_arrivals_are_announced_before_they_are_found() -> None:
    two = Two()
    two.world.deliver()
    assert say(two.mine, b"a SEARCH ALL") == (
        b"* 4 EXISTS\r\n* 1 RECENT\r\n* SEARCH 1 2 3 4\r\na OK SEARCH completed\r\n"
    )
    two.world.deliver()
    assert say(two.mine, b"b FETCH * UID").startswith(b"* 5 EXISTS\r\n* 2 RECENT\r\n* 5 FETCH (UID 5)\r\n")


def test_what_came_and_went_unseen_is_not_mentioned() -> None:
    two = Two()
    stored = two.world.deliver()
    two.world.mail.home("ann").inbox.expunge([stored.uid])
    assert say(two.mine, b"a NOOP") == b"a OK NOOP completed\r\n"
    two.world.deliver()
    assert say(two.mine, b"b NOOP").startswith(b"* 4 EXISTS\r\n")
    assert b"* 4 FETCH (UID 5)" in say(two.mine, b"c FETCH 4 UID")


def test_silent_stores_still_tell_what_others_did() -> None:
    two = Two()
    say(two.other, b"x STORE 1 +FLAGS (\\Flagged)")
    assert say(two.mine, b"a STORE 2 +FLAGS.SILENT (\\Seen)") == (
        b"* 1 FETCH (FLAGS (\\Flagged))\r\na OK STORE completed\r\n"
    )
    assert b"* 2 FETCH (FLAGS (\\Seen \\Recent))" in say(two.other, b"y NOOP")


def test_news_within_uid_commands_name_the_uid() -> None:
    two = Two()
    say(two.other, b"x STORE 1 +FLAGS (\\Flagged)")
    assert b"* 1 FETCH (UID 1 FLAGS (\\Flagged))" in say(two.mine, b"a UID SEARCH 9")


def test_keywords_of_others_are_announced() -> None:
    two = Two()
    say(two.other, b"x STORE 1 +FLAGS ($Work)")
    assert say(two.mine, b"a NOOP").splitlines() == [
        b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)",
        b"* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work \\*)] new keywords",
        b"* 1 FETCH (FLAGS ($Work))",
        b"a OK NOOP completed",
    ]


def test_idle_pushes_at_once() -> None:
    two = Two()
    assert say(two.mine, b"i IDLE") == b"+ idling\r\n"
    two.world.deliver()
    assert two.client.woken == 1
    assert sent(two.mine.poke()) == b"* 4 EXISTS\r\n* 1 RECENT\r\n"
    say(two.other, b"x STORE 1 +FLAGS (\\Deleted)")
    assert sent(two.mine.poke()) == b"* 1 FETCH (FLAGS (\\Deleted))\r\n"
    say(two.other, b"y EXPUNGE")
    assert sent(two.mine.poke()) == b"* 1 EXPUNGE\r\n"
    assert sent(two.mine.poke()) == b""
    assert say(two.mine, b"done") == b"i OK IDLE completed\r\n"
    woken = two.client.woken
    two.world.deliver()
    assert two.client.woken == woken, "only an idling session is woken"
    assert sent(two.mine.poke()) == b""


def test_idle_begins_with_what_happened_before() -> None:
    two = Two()
    two.world.deliver()
    assert say(two.mine, b"i IDLE") == b"+ idling\r\n* 4 EXISTS\r\n* 1 RECENT\r\n"


def test_idle_ends_with_done_only() -> None:
    two = Two()
    assert say(two.idling(), b"b NOOP") == b"i BAD only DONE ends IDLE\r\n"
    assert say(two.mine, b"c NOOP") == b"c OK NOOP completed\r\n"
    assert say(two.idling(), b"x" * 100_000) == b"i BAD only DONE ends IDLE\r\n"
    assert say(two.mine, b"d IDLE", b"DoNe", b"e NOOP").endswith(
        b"d OK IDLE completed\r\ne OK NOOP completed\r\n"
    )


def test_idle_without_a_mailbox() -> None:
    assert say(quiet(), b"a IDLE", b"DONE") == b"+ idling\r\na OK IDLE completed\r\n"


def test_the_selected_mailbox_may_be_deleted_by_others() -> None:
    world = FakeWorld()
    home = world.mail.home("ann")
    box = home.create("Box")
    for _ in range(2):
        box.append(world.mail.new_message(SIMPLE))
    mine = quiet(b"s SELECT Box", world=world)
    say(quiet(world=world), b"x DELETE Box")
    assert say(mine, b"a FETCH 1 FLAGS").startswith(b"a NO [EXPUNGEISSUED]")
    assert say(mine, b"b NOOP") == b"* 1 EXPUNGE\r\n* 1 EXPUNGE\r\nb OK NOOP completed\r\n"
    assert say(mine, b"c APPEND Box {1+}", b"x").startswith(b"c NO [TRYCREATE]")
    assert say(mine, b"d UID STORE 1:* FLAGS (\\Seen)", b"e EXPUNGE", b"f CLOSE").endswith(
        b"f OK CLOSE completed\r\n"
    )


def test_a_select_of_another_mailbox_brings_no_old_news() -> None:
    two = Two()
    two.world.deliver()
    answer = say(two.mine, b"a SELECT Trash")
    assert b"* 4 EXISTS" not in answer
    assert b"* 0 EXISTS" in answer


def test_a_closed_connection_stops_looking() -> None:
    two = Two()
    two.idling()
    two.mine.closed()
    two.world.deliver()
    assert two.client.woken == 0


def test_own_copies_and_appends_are_announced() -> None:
    two = Two(messages=1)
    assert b"* 2 EXISTS" in say(two.mine, b"a COPY 1 INBOX")
    assert b"* 3 EXISTS" in say(two.mine, b"b APPEND INBOX {1+}", b"x")
    assert b"* 3 EXISTS" in say(two.other, b"x NOOP")


def test_many_messages_take_no_time() -> None:
    """Each of these commands is about every message; none may take longer for each the more there are."""
    world = FakeWorld()
    for _ in range(5000):
        world.deliver()
    mine = quiet(b"s SELECT INBOX", world=world)
    other = quiet(b"s SELECT INBOX", world=world)
    for command in (
        b"FETCH 1:* (UID FLAGS)",
        b"UID FETCH " + b",".join(b"%d" % uid for uid in range(1, 5001, 2)) + b" (FLAGS)",
        b"STORE 1:* +FLAGS (\\Seen)",
        b"SEARCH SEEN",
        b"COPY 1:* Trash",
        b"STORE 1:* +FLAGS.SILENT (\\Deleted)",
        b"EXPUNGE",
    ):
        assert b"a OK" in say(mine, b"a " + command)[-200:]
    assert say(other, b"x NOOP").count(b"* 1 EXPUNGE") == 5000


def test_sessions_share_nothing_but_the_mailboxes() -> None:
    world = FakeWorld()
    world.deliver()
    first = quiet(b"s SELECT INBOX", b"e ENABLE UTF8=ACCEPT", world=world)
    second = core(world)
    assert say(second, b"a FETCH 1 FLAGS") == b"a BAD FETCH has no place before the login\r\n"
    say(second, b"b LOGIN bob hidden")
    assert say(second, b"c FETCH 1 FLAGS").startswith(b"c BAD")
    assert b"* 0 EXISTS" in say(second, b"d SELECT INBOX")
    assert b"a OK" in say(first, b"a FETCH 1 FLAGS")


def test_a_long_answer_is_made_as_the_client_reads_it() -> None:
    world = FakeWorld()
    for _ in range(100):
        world.deliver(b"x" * 10_000)
    mine = quiet(b"s SELECT INBOX", world=world)
    first = [*mine.receive(b"a FETCH 1:* BODY.PEEK[]\r\nb NOOP\r\n")]
    assert isinstance(first[-1], WhenDrained)
    assert 250_000 < len(sent(first)) < 300_000
    assert [*mine.receive(b"c NOOP\r\n")] == []
    world.mail.home("ann").inbox.expunge([99])
    rest = b""
    while (more := [*mine.drained()]) and isinstance(more[-1], WhenDrained):
        rest += sent(more)
    rest += sent(more)
    assert b"* 98 FETCH" in rest
    assert b"* 99 FETCH" not in rest
    assert rest.endswith(
        b"a NO [EXPUNGEISSUED] some of the messages are gone\r\n"
        b"* 99 EXPUNGE\r\nb OK NOOP completed\r\nc OK NOOP completed\r\n"
    )
    assert [*mine.drained()] == []


@pytest.mark.parametrize(
    "command",
    [
        b"FETCH 1:* ENVELOPE",
        b"SEARCH TEXT nowhere",
        b"SORT (SUBJECT DATE) UTF-8 ALL",
        b"THREAD REFERENCES UTF-8 ALL",
        b"THREAD ORDEREDSUBJECT UTF-8 ALL",
    ],
    ids=["fetch", "search", "sort", "references", "subjects"],
)
def test_a_thousand_messages_are_not_looked_at_in_one_go(command: bytes) -> None:
    world = FakeWorld()
    for number in range(1000):
        world.deliver(b"Subject: %b %d\r\n\r\nx\r\n" % (command, number))
    mine = quiet(b"s SELECT INBOX", world=world)
    actions = [*mine.receive(b"a " + command + b"\r\n")]
    turns: list[int] = []

    def turn() -> None:
        actions[:] = mine.drained()

    while isinstance(actions[-1], WhenDrained):
        turns.append(calls_of(turn))
    assert max(turns) < sum(turns) / 3
    assert sent(actions).endswith(b"a OK %b completed\r\n" % command.split()[0])


def test_a_client_that_reads_nothing_does_not_fill_the_memory() -> None:
    mine = quiet(b"s SELECT INBOX")
    actions = [*mine.receive(b"n NOOP\r\n" * 50_000)]
    assert len(sent(actions)) < 270_000
    assert [*mine.eof()] == [], "the rest is still answered"
    answers = sent(actions)
    while isinstance(actions[-1], WhenDrained):
        actions = [*mine.drained()]
        answers += sent(actions)
    assert isinstance(actions[-1], Close)
    assert answers.count(b"n OK") == 50_000


def test_no_goodbye_within_an_answer() -> None:
    world = FakeWorld()
    for _ in range(3):
        world.deliver(b"x" * 200_000)
    mine = quiet(b"s SELECT INBOX", world=world)
    [*mine.receive(b"a FETCH 1:* BODY.PEEK[]\r\n")]
    assert [*mine.idle()] == [Close()]
