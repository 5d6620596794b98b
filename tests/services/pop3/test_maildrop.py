"""The maildrop as a session sees it: sizes, numbers, deletions, the lock."""

from __future__ import annotations

import pytest

from sandbox.sansio import Close
from sandbox.services.pop3.maildrop import Maildrop
from sandbox.stores.mail import MailStore, Message
from tests.play import play
from tests.services.pop3.world import World, fresh, logged_in, say
from tests.work import calls_of


def test_top_sends_exactly_the_lines_asked_for() -> None:
    play(
        fresh(),
        """
        S: +OK ...
        C: user ann
        S: +OK ...
        C: pass secret
        S: +OK ...
        C: TOP 1 0
        S: +OK Top of message follows
        S: Subject: one
        S:
        S: .
        C: TOP 1 2
        S: +OK Top of message follows
        S: Subject: one
        S:
        S: Hello
        S: ..
        S: .
        C: TOP 2 1
        S: +OK Top of message follows
        S: Subject: two
        S:
        S: ..bare
        S: .
        """,
    )


def test_top_of_many_lines_takes_no_longer_than_of_few() -> None:
    home = MailStore().home("ann")
    home.inbox.append(Message("1", b"a: b\r\n\r\n" + b"x\r\n" * 100_000 + b"last", 0.0))
    (mail,) = Maildrop(home)
    for lines in (0, 1, 2, 99_999, 100_000):
        assert mail.top(lines) == b"a: b\r\n\r\n" + b"x\r\n" * lines
    assert calls_of(lambda: mail.top(99_999)) < 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b".",
        b"no header end",
        b"\r\nbody only\r\n.\r\n",
        b"\nbody only\n.\n",
        b"A: b\r\n\r\n",
        b"A: b\r\n\r\nbody without an end",
        b"A: b\n\nmixed\r\nends\n",
        b"A: b\r\n\r\nbare \r inside\r",
        b"A: b\r\n\r\n" + b".\r\n" * 50,
        "A: ж\r\n\r\nтело\xff\x00".encode("latin-1", "ignore"),
    ],
)
def test_counts_are_those_of_the_octets_sent_and_top_of_everything_is_retr(content: bytes) -> None:
    core = logged_in(World(content))
    status, _, rest = say(core, "RETR 1").partition(b"\r\n")
    assert rest.endswith(b".\r\n")
    lines = rest[: -len(b".\r\n")].split(b"\r\n")
    unstuffed = b"\r\n".join(line.removeprefix(b".") for line in lines)
    assert all(line != b"." for line in lines)
    assert unstuffed == b"" or unstuffed.endswith(b"\r\n")
    assert unstuffed.replace(b"\r\n", b"\n").removesuffix(b"\n") == content.replace(
        b"\r\n", b"\n"
    ).removesuffix(b"\n")
    assert status == b"+OK %d octets" % len(unstuffed)
    assert say(core, "STAT") == b"+OK 1 %d\r\n" % len(unstuffed)
    assert say(core, "LIST 1") == b"+OK 1 %d\r\n" % len(unstuffed)
    assert say(core, "TOP 1 99999999").partition(b"\r\n")[2] == rest


def test_deletion_happens_at_quit(world: World) -> None:
    core = logged_in(world)
    assert say(core, "DELE 1") == b"+OK Message 1 deleted\r\n"
    assert say(core, "STAT") == b"+OK 1 30\r\n"
    assert say(core, "LIST", "UIDL").count(b"\r\n1 ") == 0
    for command in ("LIST 1", "UIDL 1", "RETR 1", "TOP 1 0", "DELE 1"):
        assert say(core, command) == b"-ERR No such message\r\n"
    assert say(core, "LIST 2").startswith(b"+OK 2 "), "numbers never shift within a session"
    assert world.inbox.uids == (1, 2)
    say(core, "QUIT")
    assert world.inbox.uids == (2,)
    assert ("message.deleted", {"number": 1, "uid": 1, "size": 38}) in world.facts


def test_reset_takes_deletions_back(world: World) -> None:
    core = logged_in(world)
    say(core, "DELE 1", "DELE 2")
    assert say(core, "RSET", "STAT") == b"+OK Reset state\r\n+OK 2 68\r\n"
    say(core, "QUIT")
    assert world.inbox.uids == (1, 2)


@pytest.mark.parametrize("ending", ["eof", "idle", "crashed"])
def test_without_quit_nothing_is_deleted_and_the_lock_is_free(world: World, ending: str) -> None:
    core = logged_in(world)
    say(core, "DELE 1")
    actions = list(getattr(core, ending)())
    core.closed()
    assert isinstance(actions[-1], Close)
    assert world.inbox.uids == (1, 2)
    assert say(logged_in(world), "STAT") == b"+OK 2 68\r\n"


def test_retrieved_messages_are_seen_elsewhere_after_quit(world: World) -> None:
    core = logged_in(world)
    say(core, "RETR 1", "TOP 2 0")
    assert not any(stored.flags for stored in world.inbox)
    say(core, "QUIT")
    assert [stored.has("\\Seen") for stored in world.inbox] == [True, False]
    retrieved = [details for name, details in world.facts if name == "message.retrieved"]
    assert retrieved == [{"number": 1, "uid": 1, "size": 38}]


def test_maildrop_is_a_snapshot(world: World) -> None:
    core = logged_in(world)
    world.inbox.append(world.mail.new_message(b"A: later\r\n\r\n"))
    world.inbox.expunge([1])
    assert say(core, "STAT") == b"+OK 2 68\r\n"
    assert say(core, "RETR 1").startswith(b"+OK 38 octets\r\nSubject: one\r\n")
    say(core, "DELE 1", "DELE 2", "QUIT")
    assert world.inbox.uids == (3,)
    assert say(logged_in(world), "UIDL") == b"+OK Unique-ID listing follows\r\n1 1001.3\r\n.\r\n"


def test_second_session_is_locked_out_until_the_first_quits(world: World) -> None:
    first, second = logged_in(world), world.core()
    answer = say(second, "USER ann", "PASS secret")
    assert answer.endswith(b"-ERR [IN-USE] Maildrop is locked by another session\r\n")
    assert say(second, "STAT") == b"-ERR Unknown AUTHORIZATION state command\r\n"
    second.closed()
    assert say(first, "STAT").startswith(b"+OK")
    say(first, "QUIT")
    assert b"Mailbox open" in say(world.core(), "USER ann", "PASS secret")
