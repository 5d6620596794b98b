"""Dialogues about LIST: wildcards, attributes, and the extended form."""

from __future__ import annotations

import pytest

from sandbox.services.imap.mailbox_patterns import Pattern
from tests.play import play
from tests.services.imap.scene import FakeWorld, Logged, quiet, say


def tree(world: FakeWorld) -> None:
    home = world.mail.home("ann")
    for name in ("Drafts", "Junk"):
        home.delete(name)
    for name in ("Work/2025", "Work/2026/May", "Inbox/Old"):
        home.create(name)


def test_list_everything() -> None:
    play(
        Logged(tree),
        r"""
        C: a1 LIST "" *
        S: * LIST (\HasChildren) "/" INBOX
        S: * LIST (\HasNoChildren) "/" INBOX/Old
        S: * LIST (\HasNoChildren \Sent) "/" Sent
        S: * LIST (\HasNoChildren \Trash) "/" Trash
        S: * LIST (\Noselect \HasChildren) "/" Work
        S: * LIST (\HasNoChildren) "/" Work/2025
        S: * LIST (\Noselect \HasChildren) "/" Work/2026
        S: * LIST (\HasNoChildren) "/" Work/2026/May
        S: a1 OK LIST completed
        """,
    )


def test_list_one_level() -> None:
    play(
        Logged(tree),
        r"""
        C: a1 LIST "" "%"
        S: * LIST (\HasChildren) "/" INBOX
        S: * LIST (\HasNoChildren \Sent) "/" Sent
        S: * LIST (\HasNoChildren \Trash) "/" Trash
        S: * LIST (\Noselect \HasChildren) "/" Work
        S: a1 OK LIST completed
        C: a2 LIST Work/ %
        S: * LIST (\HasNoChildren) "/" Work/2025
        S: * LIST (\Noselect \HasChildren) "/" Work/2026
        S: a2 OK LIST completed
        C: a3 LIST "" inbox
        S: * LIST (\HasChildren) "/" INBOX
        S: a3 OK LIST completed
        C: a4 LIST "" Nowhere
        S: a4 OK LIST completed
        """,
    )


def test_list_the_separator() -> None:
    play(
        Logged(),
        r"""
        C: a1 LIST "" ""
        S: * LIST (\Noselect) "/" ""
        S: a1 OK LIST completed
        C: a2 LIST Work/ ""
        S: * LIST (\Noselect) "/" ""
        S: a2 OK LIST completed
        """,
    )


def test_extended_list() -> None:
    play(
        Logged(tree, b"s SUBSCRIBE Work/2025", b"u UNSUBSCRIBE Sent"),
        r"""
        C: a1 LIST (SUBSCRIBED) "" (Sent Work/% Trash)
        S: * LIST (\Subscribed \HasNoChildren \Trash) "/" Trash
        S: * LIST (\Subscribed \HasNoChildren) "/" Work/2025
        S: a1 OK LIST completed
        C: a2 LIST (SPECIAL-USE) "" * RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)
        S: * LIST (\HasNoChildren \Sent) "/" Sent
        S: * LIST (\Subscribed \HasNoChildren \Trash) "/" Trash
        S: a2 OK LIST completed
        C: a3 LIST (SUBSCRIBED RECURSIVEMATCH) "" Work
        S: * LIST (\Noselect \HasChildren) "/" Work ("CHILDINFO" ("SUBSCRIBED"))
        S: a3 OK LIST completed
        C: a4 LIST "" (Trash Work) RETURN (STATUS (MESSAGES UIDNEXT))
        S: * LIST (\HasNoChildren \Trash) "/" Trash
        S: * STATUS Trash (MESSAGES 0 UIDNEXT 1)
        S: * LIST (\Noselect \HasChildren) "/" Work
        S: a4 OK LIST completed
        C: a5 LIST (SUBSCRIBED) "" Drafts
        S: * LIST (\NonExistent \Subscribed \HasNoChildren) "/" Drafts
        S: a5 OK LIST completed
        """,
    )


@pytest.mark.parametrize(
    "words",
    [
        b'(RECURSIVEMATCH) "" *',
        b'(FROBNICATE) "" *',
        b'"" * RETURN (FROBNICATE)',
        b'"" ()',
        b'"" * RETURN',
        b'"" * SUBSCRIBED',
        b'""',
        b'"" * RETURN (STATUS)',
    ],
)
def test_what_is_no_list(words: bytes) -> None:
    assert say(quiet(), b"a LIST " + words).startswith(b"a BAD")


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("*", ["a", "a/b/c"], []),
        ("%", ["a"], ["a/b"]),
        ("%/%", ["a/b"], ["a", "a/b/c"]),
        ("a*c", ["ac", "abc", "a/b/c"], ["a", "abcd"]),
        ("a%c", ["ac", "abc"], ["a/c"]),
        ("*%*", ["a/b"], []),
        ("%%b", ["ab", "b"], ["a/b"]),
        ("", [""], ["a"]),
        ("inbox", ["INBOX"], ["inbox/x"]),
        ("InB%", ["INBOX"], ["INBOX/x"]),
        ("inbox/%", ["INBOX/x"], ["INBOX", "INBOX/X/y"]),
        ("Inbox*", ["INBOX", "INBOX/x/y"], ["inbo/x"]),
        ("sent", ["sent"], ["Sent"]),
        (".", ["."], ["a"]),
    ],
)
def test_patterns(pattern: str, fitting: list[str], others: list[str]) -> None:
    assert [name for name in [*fitting, *others] if Pattern(pattern).matches(name)] == fitting


def test_patterns_take_no_time() -> None:
    pattern = Pattern("*a" * 500)
    assert not pattern.matches("a" * 499 + "b")
    assert pattern.matches("a" * 500)


def test_patterns_have_an_end() -> None:
    assert say(quiet(), b'a LIST "" ' + b"*" * 1001).startswith(b"a NO [CANNOT]")
