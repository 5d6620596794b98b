"""Command lines into tokens."""

from __future__ import annotations

import pytest

from sandbox.services.imap.grammar import MAX_DEPTH, parse, read_tag
from sandbox.services.imap.replies import BadError
from sandbox.services.imap.tokens import Atom, Group, Literal, String, Token


def tokens(*pieces: bytes) -> tuple[Token, ...]:
    return parse(b"a", [b"a X " + pieces[0], *pieces[1:]]).arguments


def test_atoms_strings_groups() -> None:
    assert tokens(b'1:*,3 "a \\"b\\" \\\\" (\\Seen (x) "y") () $k%*') == (
        Atom(b"1:*,3"),
        String(b'a "b" \\'),
        Group((Atom(b"\\Seen"), Group((Atom(b"x"),)), String(b"y"))),
        Group(()),
        Atom(b"$k%*"),
    )


def test_literals_stand_where_strings_do() -> None:
    assert tokens(b"", b"one", b" (", b'"', b" x) ", b"\0", b"") == (
        Literal(b"one"),
        Group((Literal(b'"'), Atom(b"x"))),
        Literal(b"\0"),
    )


def test_a_section_is_one_atom_with_all_that_is_in_it() -> None:
    section = b'BODY.PEEK[1.HEADER.FIELDS (SUBJECT "X ]) Y")]<0.10>'
    assert tokens(section) == (Atom(section),)
    assert tokens(b"(body[] BODY[TEXT]<1.2> FLAGS)") == (
        Group((Atom(b"body[]"), Atom(b"BODY[TEXT]<1.2>"), Atom(b"FLAGS"))),
    )


def test_a_literal_within_a_section_is_quoted() -> None:
    assert tokens(b"BODY[HEADER.FIELDS (", b'a"b', b" TO)]") == (Atom(b'BODY[HEADER.FIELDS ("a\\"b" TO)]'),)


def test_other_brackets_are_ordinary_characters() -> None:
    assert tokens(b"[Gmail]/All a[b c]d") == (Atom(b"[Gmail]/All"), Atom(b"a[b"), Atom(b"c]d"))


def test_parentheses_end_atoms() -> None:
    assert tokens(b"FLAGS(\\Seen)x") == (Atom(b"FLAGS"), Group((Atom(b"\\Seen"),)), Atom(b"x"))


@pytest.mark.parametrize(
    "pieces",
    [
        [b'"abc'],
        [b'"abc\\"'],
        [b'a"b'],
        [b'a"b"'],
        [b"(a"],
        [b"a)"],
        [b"{x}"],
        [b"BODY["],
        [b'BODY["]'],
        [b"BODY[(", b"x", b""],
        [b"a\tb"],
        [b"a\0b"],
        [b"a\rb"],
        [b"(" * (MAX_DEPTH + 1) + b")" * (MAX_DEPTH + 1)],
        [b"(" * 60_000],
    ],
)
def test_what_is_no_command_line(pieces: list[bytes]) -> None:
    with pytest.raises(BadError):
        tokens(*pieces)


def test_parentheses_within_parentheses() -> None:
    assert tokens(b"(" * MAX_DEPTH + b")" * MAX_DEPTH)


@pytest.mark.parametrize(
    "line", [b"", b" NOOP", b"* NOOP", b"+ NOOP", b'a"b NOOP', b"(a) NOOP", b"a\\b NOOP", b"\xff NOOP"]
)
def test_what_is_no_tag(line: bytes) -> None:
    assert read_tag(line) == b"*"


def test_tags() -> None:
    assert read_tag(b"A.1-x] NOOP") == b"A.1-x]"
    assert parse(b"t", [b"t noop"]).name == "NOOP"
