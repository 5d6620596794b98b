"""Dialogues about mailboxes: select, create, delete, rename, subscribe, status, quota, rights."""

from __future__ import annotations

from tests.play import play
from tests.services.imap.scene import SIMPLE, FakeClient, FakeWorld, Logged, core, quiet, say


def three(world: FakeWorld) -> None:
    world.deliver(flags=("\\Seen",))
    world.deliver()
    world.deliver(flags=("\\Seen", "$Work"))


def test_select() -> None:
    play(
        Logged(three),
        r"""
        C: a1 SELECT inbox
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Work)
        S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft $Work \*)] ...
        S: * 3 EXISTS
        S: * 3 RECENT
        S: * OK [UNSEEN 2] ...
        S: * OK [UIDVALIDITY 1700000001] ...
        S: * OK [UIDNEXT 4] ...
        S: * OK [HIGHESTMODSEQ ...
        S: a1 OK [READ-WRITE] SELECT completed
        C: a2 SELECT INBOX
        S: * FLAGS ...
        S: * OK [PERMANENTFLAGS ...
        S: * 3 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 2] ...
        S: * OK [UIDVALIDITY 1700000001] ...
        S: * OK [UIDNEXT 4] ...
        S: * OK [HIGHESTMODSEQ ...
        S: a2 OK [READ-WRITE] SELECT completed
        """,
    )


def test_examine_leaves_recent_to_others_and_changes_nothing() -> None:
    play(
        Logged(three),
        r"""
        C: a1 EXAMINE INBOX
        S: * FLAGS ...
        S: * OK [PERMANENTFLAGS ()] ...
        S: * 3 EXISTS
        S: * 3 RECENT
        S: * OK [UNSEEN 2] ...
        S: * OK [UIDVALIDITY 1700000001] ...
        S: * OK [UIDNEXT 4] ...
        S: * OK [HIGHESTMODSEQ ...
        S: a1 OK [READ-ONLY] EXAMINE completed
        C: a2 STORE 2 +FLAGS (\Deleted)
        S: a2 NO [READ-ONLY] the mailbox was opened read-only
        C: a3 EXPUNGE
        S: a3 NO [READ-ONLY] the mailbox was opened read-only
        C: a4 MOVE 1 Trash
        S: a4 NO [READ-ONLY] the mailbox was opened read-only
        C: a5 FETCH 2 BODY[TEXT]
        S: * 2 FETCH (BODY[TEXT] {7}
        S: first
        S: )
        S: a5 OK FETCH completed
        C: a6 FETCH 2 FLAGS
        S: * 2 FETCH (FLAGS (\Recent))
        S: a6 OK FETCH completed
        C: a7 CLOSE
        S: a7 OK CLOSE completed
        C: a8 STATUS INBOX (MESSAGES RECENT)
        S: * STATUS INBOX (MESSAGES 3 RECENT 3)
        S: a8 OK STATUS completed
        """,
    )


def test_an_empty_mailbox_selects_cleanly() -> None:
    play(
        Logged(),
        r"""
        C: a1 SELECT Trash
        S: * FLAGS ...
        S: * OK [PERMANENTFLAGS ...
        S: * 0 EXISTS
        S: * 0 RECENT
        S: * OK [UIDVALIDITY 1700000004] ...
        S: * OK [UIDNEXT 1] ...
        S: * OK [HIGHESTMODSEQ ...
        S: a1 OK [READ-WRITE] SELECT completed
        C: a2 UID FETCH 1:* FLAGS
        S: a2 OK UID FETCH completed
        C: a3 FETCH 1:* FLAGS
        S: a3 BAD there is no message of that number
        C: a4 SEARCH ALL
        S: * SEARCH
        S: a4 OK SEARCH completed
        C: a5 EXPUNGE
        S: a5 OK EXPUNGE completed
        """,
    )


def test_a_failed_select_leaves_nothing_selected() -> None:
    play(
        Logged(three, b"s SELECT INBOX"),
        """
        C: a1 SELECT Nowhere
        S: a1 NO [NONEXISTENT] there is no such mailbox
        C: a2 FETCH 1 FLAGS
        S: a2 BAD FETCH has no place while no mailbox is selected
        """,
    )


def test_unselect_expunges_nothing_and_close_does_it_silently() -> None:
    play(
        Logged(three, b"s SELECT INBOX", b"d STORE 1 +FLAGS.SILENT (\\Deleted)"),
        """
        C: a1 UNSELECT
        S: a1 OK UNSELECT completed
        C: a2 STATUS INBOX (MESSAGES DELETED)
        S: * STATUS INBOX (MESSAGES 3 DELETED 1)
        S: a2 OK STATUS completed
        C: a3 CLOSE
        S: a3 BAD CLOSE has no place while no mailbox is selected
        C: a4 SELECT INBOX
        S: ...FLAGS ...
        S: ...PERMANENTFLAGS ...
        S: * 3 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 2] ...
        S: * OK [UIDVALIDITY ...
        S: * OK [UIDNEXT 4] ...
        S: * OK [HIGHESTMODSEQ ...
        S: a4 OK ...
        C: a5 CLOSE
        S: a5 OK CLOSE completed
        C: a6 STATUS INBOX (MESSAGES UIDNEXT)
        S: * STATUS INBOX (MESSAGES 2 UIDNEXT 4)
        S: a6 OK STATUS completed
        """,
    )


def test_create_delete_rename() -> None:
    play(
        Logged(),
        """
        C: a1 CREATE Work/2026/
        S: a1 OK CREATE completed
        C: a2 CREATE Work/2026
        S: a2 NO [ALREADYEXISTS] Work/2026 exists already
        C: a3 CREATE inbox
        S: a3 NO [ALREADYEXISTS] ...
        C: a4 SELECT Work
        S: a4 NO [NONEXISTENT] there is no such mailbox
        C: a5 RENAME Work Play
        S: a5 OK RENAME completed
        C: a6 STATUS Play/2026 (UIDVALIDITY)
        S: * STATUS Play/2026 (UIDVALIDITY 1700000006)
        S: a6 OK STATUS completed
        C: a7 DELETE Play
        S: a7 NO [HASCHILDREN] ...
        C: a8 DELETE Play/2026
        S: a8 OK DELETE completed
        C: a9 DELETE Play/2026
        S: a9 NO [NONEXISTENT] ...
        C: a10 DELETE INBOX
        S: a10 NO [CANNOT] ...
        C: a11 RENAME Nowhere Else
        S: a11 NO [NONEXISTENT] ...
        C: a12 RENAME Sent Trash
        S: a12 NO [ALREADYEXISTS] ...
        C: a13 CREATE a//b
        S: a13 NO [CANNOT] ...
        C: a14 CREATE {3+}
        C: a*b
        S: a14 NO [CANNOT] ...
        C: a15 CREATE Play/2026
        S: a15 OK CREATE completed
        C: a16 STATUS Play/2026 (UIDVALIDITY)
        S: * STATUS Play/2026 (UIDVALIDITY 1700000007)
        S: a16 OK STATUS completed
        """,
    )


def test_renaming_inbox_moves_its_messages() -> None:
    play(
        Logged(three, b"s SELECT INBOX"),
        """
        C: a1 RENAME INBOX Old
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: a1 OK RENAME completed
        C: a2 STATUS Old (MESSAGES UNSEEN)
        S: * STATUS Old (MESSAGES 3 UNSEEN 1)
        S: a2 OK STATUS completed
        """,
    )


def test_names_beyond_ascii_travel_in_modified_utf7() -> None:
    play(
        Logged(),
        """
        C: a1 CREATE "&BB8EOARBBEwEPAQw-"
        S: a1 OK CREATE completed
        C: a2 LIST "" "&BB8EOARB-*"
        S: * LIST (\\HasNoChildren) "/" &BB8EOARBBEwEPAQw-
        S: a2 OK LIST completed
        C: a3 CREATE "Tom &- Jerry"
        S: a3 OK CREATE completed
        C: a4 STATUS "Tom &- Jerry" (MESSAGES)
        S: * STATUS "Tom &- Jerry" (MESSAGES 0)
        S: a4 OK STATUS completed
        C: a5 SELECT "&broken"
        S: a5 BAD the mailbox name is badly encoded
        C: a6 CREATE &AA-
        S: a6 BAD the mailbox name is badly encoded
        C: a7 STATUS "Письма" (MESSAGES)
        S: * STATUS &BB8EOARBBEwEPAQw- (MESSAGES 0)
        S: a7 OK STATUS completed
        C: a8 CREATE "[Gmail]/a \\\\"b\\\\\\\\"
        S: a8 OK CREATE completed
        C: a9 LIST "" "[Gmail]/%"
        S: * LIST (\\HasNoChildren) "/" "[Gmail]/a \\"b\\\\"
        S: a9 OK LIST completed
        """,
    )


def test_names_in_utf8_once_enabled() -> None:
    play(
        Logged(lambda world: None, b"e ENABLE UTF8=ACCEPT"),
        """
        C: a1 CREATE "Письма & \\\\"co\\\\""
        S: a1 OK CREATE completed
        C: a2 LIST "" "П%"
        S: * LIST (\\HasNoChildren) "/" "Письма & \\"co\\""
        S: a2 OK LIST completed
        C: a3 STATUS Trash (MESSAGES)
        S: * STATUS Trash (MESSAGES 0)
        S: a3 OK STATUS completed
        C: a4 SELECT "\\xff"
        S: a4 BAD the mailbox name is badly encoded
        """,
    )


def test_names_have_an_end() -> None:
    made = quiet()
    assert say(made, b"a CREATE " + b"x" * 1001).startswith(b"a NO [CANNOT]")
    assert say(made, b"a CREATE " + b"x" * 1000).startswith(b"a OK")


def test_a_refusal_cannot_smuggle_lines_in() -> None:
    answer = say(quiet(), b"a DELETE {11+}", "й\r\n* BYE y".encode())
    assert answer.count(b"\r\n") == 1
    assert answer.startswith(b"a NO [NONEXISTENT] ")


def test_subscriptions() -> None:
    play(
        Logged(lambda world: world.mail.home("ann").create("Work/2026")),
        """
        C: a1 SUBSCRIBE Work/2026
        S: a1 OK SUBSCRIBE completed
        C: a2 SUBSCRIBE Nowhere
        S: a2 NO [NONEXISTENT] there is no such mailbox
        C: a3 UNSUBSCRIBE Drafts
        S: a3 OK UNSUBSCRIBE completed
        C: a4 LSUB "" *
        S: * LSUB () "/" INBOX
        S: * LSUB () "/" Junk
        S: * LSUB () "/" Sent
        S: * LSUB () "/" Trash
        S: * LSUB () "/" Work/2026
        S: a4 OK LSUB completed
        C: a5 LSUB "" W%
        S: * LSUB (\\Noselect) "/" Work
        S: a5 OK LSUB completed
        C: a6 LSUB Work/ %
        S: * LSUB () "/" Work/2026
        S: a6 OK LSUB completed
        C: a7 DELETE Work/2026
        S: a7 OK DELETE completed
        C: a8 LSUB "" Work*
        S: * LSUB (\\Noselect) "/" Work/2026
        S: a8 OK LSUB completed
        """,
    )


def test_status() -> None:
    play(
        Logged(three),
        """
        C: a1 STATUS inBOX (messages RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE)
        S: * STATUS INBOX (MESSAGES 3 RECENT 3 UIDNEXT 4 UIDVALIDITY 1700000001 UNSEEN 1 SIZE 69)
        S: a1 OK STATUS completed
        C: a2 STATUS Nowhere (MESSAGES)
        S: a2 NO [NONEXISTENT] there is no such mailbox
        C: a3 STATUS INBOX (WEATHER)
        S: a3 BAD STATUS takes a list of ...
        C: a4 STATUS INBOX ()
        S: a4 BAD STATUS takes a list of ...
        C: a5 STATUS INBOX MESSAGES
        S: a5 BAD a list in parentheses was expected
        """,
    )


def test_quota() -> None:
    world = FakeWorld()
    made = quiet(world=world, quota=100 * 1024)
    world.deliver(b"x" * 1025)
    assert say(made, b'a GETQUOTA ""') == b'* QUOTA "" (STORAGE 2 100)\r\na OK GETQUOTA completed\r\n'
    assert say(made, b"b GETQUOTAROOT inbox").startswith(
        b'* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE 2 100)\r\n'
    )
    assert say(made, b"c GETQUOTAROOT Nowhere").startswith(b"c NO [NONEXISTENT]")
    assert say(made, b"d GETQUOTA other").startswith(b"d NO [NONEXISTENT]")
    assert say(made, b'e SETQUOTA "" (STORAGE 9)').startswith(b"e NO [NOPERM]")
    assert say(made, b"f APPEND Trash {99999+}", b"x" * 99999).startswith(b"f OK")
    assert say(made, b"g APPEND Trash {2000+}", b"x" * 2000).startswith(b"g NO [OVERQUOTA]")
    say(made, b"h SELECT INBOX")
    assert say(made, b"i COPY 1 Trash") == b"i OK [COPYUID 1700000004 1 2] COPY completed\r\n"
    assert say(made, b"j COPY 1 Trash").startswith(b"j NO [OVERQUOTA]")
    assert b"k OK" in say(made, b"k MOVE 1 Trash"), "what moves takes no more room than before"


def test_no_quota() -> None:
    assert say(quiet(quota=0), b'a GETQUOTA ""').startswith(b'* QUOTA "" ()\r\n')


def test_rights_and_annotations_have_true_answers() -> None:
    play(
        Logged(),
        """
        C: a1 GETACL inbox
        S: * ACL INBOX ann lrswipkxtea
        S: a1 OK GETACL completed
        C: a2 MYRIGHTS Sent
        S: * MYRIGHTS Sent lrswipkxtea
        S: a2 OK MYRIGHTS completed
        C: a3 SETACL INBOX bob lr
        S: a3 NO [NOPERM] mailboxes are not shared
        C: a4 DELETEACL INBOX bob
        S: a4 NO [NOPERM] mailboxes are not shared
        C: a5 GETACL Nowhere
        S: a5 NO [NONEXISTENT] there is no such mailbox
        C: a6 GETANNOTATION INBOX "/comment" "value.shared"
        S: a6 OK there are no annotations
        C: a7 SETANNOTATION INBOX "/comment" ("value.shared" "x")
        S: a7 NO [CANNOT] annotations are not kept
        C: a8 PROXYAUTH bob
        S: a8 NO [NOPERM] nobody here has the right to act for others
        """,
    )


def test_users_see_their_own_mailboxes_only() -> None:
    world = FakeWorld()
    world.deliver()
    made = quiet(world=world)
    assert b"* 1 EXISTS" in say(made, b"a SELECT INBOX")
    bob = core(world)
    say(bob, b"a LOGIN bob hidden", b"b CREATE Bobs")
    assert b"* 0 EXISTS" in say(bob, b"c SELECT INBOX")
    assert b"Bobs" not in say(made, b'b LIST "" *')


def test_facts() -> None:
    client = FakeClient()
    made = quiet(client=client)
    say(made, b"a SELECT INBOX", b"b APPEND INBOX {%d+}" % len(SIMPLE), SIMPLE)
    say(made, b"c STORE 1 +FLAGS.SILENT \\Deleted", b"d EXPUNGE")
    assert client.facts[1:] == [
        ("mailbox.selected", {"mailbox": "INBOX", "messages": 0, "read_only": False}),
        ("message.appended", {"id": "00000001", "mailbox": "INBOX", "uid": 1, "size": len(SIMPLE)}),
        ("message.expunged", {"mailbox": "INBOX", "uids": "1", "count": 1}),
    ]
