"""Reads a command line into its tag, its name and tokens (RFC 3501 §9), leniently about blanks and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.services.imap.replies import BadError
from sandbox.services.imap.tokens import Atom, Group, Literal, String, Token

MAX_DEPTH = 50  # parentheses within parentheses; real searches nest a handful

_TAG = re.compile(rb"[!#-$&'\-,./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+\Z")
_BLANK = re.compile(rb" *")
_QUOTED = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"')
_ESCAPED = re.compile(rb"\\(.)")
# Lenient: 8-bit characters, and what makes patterns and flags (RFC 3501 §9 "list-char", "flag").
_ATOM = re.compile(rb'[^\x00-\x20\x7f(){"]+')
_SECTION = re.compile(rb"(?:BODY|BODY\.PEEK|BINARY|BINARY\.PEEK|BINARY\.SIZE)\[", re.IGNORECASE)
_IN_SECTION = re.compile(rb'[^]"\x00-\x1f\x7f]*')
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was sent; the name is in upper case."""

    tag: bytes
    name: str
    arguments: tuple[Token, ...]


def read_tag(line: bytes) -> bytes:
    """The tag a line begins with, ``*`` if it has none: then nobody can be answered in particular."""
    tag = line.partition(b" ")[0]
    return tag if _TAG.match(tag) else b"*"


def parse(tag: bytes, pieces: Sequence[bytes]) -> Command:
    """Read the pieces of a command: text and, between any two texts, a literal. Raises BadError."""
    if any(_CONTROLS.search(text) for text in pieces[::2]):
        raise BadError("a command has no control characters")
    if tag == b"*":
        raise BadError("a command begins with a tag")
    texts = [pieces[0][len(tag) :], *pieces[1:]]
    tokens = _Scanner(texts).tokens()
    if not tokens or not isinstance(tokens[0], Atom):
        raise BadError("a tag is followed by a command")
    return Command(tag, tokens[0].value.decode("ascii", "replace").upper(), tokens[1:])


class _Scanner:
    """Walks over the pieces of one command."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._number = 0
        self._text = pieces[0]
        self._place = 0

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, those in parentheses as groups."""
        levels: list[list[Token]] = [[]]
        while True:
            token = self._next()
            if token is None:
                break
            if token == b"(":
                if len(levels) > MAX_DEPTH:
                    raise BadError("too many parentheses within parentheses")
                levels.append([])
            elif token == b")":
                if len(levels) == 1:
                    raise BadError("a parenthesis is closed that was not opened")
                group = Group(tuple(levels.pop()))
                levels[-1].append(group)
            else:
                assert not isinstance(token, bytes)
                levels[-1].append(token)
        if len(levels) > 1:
            raise BadError("a parenthesis is not closed")
        return tuple(levels[0])

    def _next(self) -> Token | bytes | None:
        """The next token; a parenthesis as it is; None at the end."""
        self._place = _end(_BLANK, self._text, self._place)
        if self._place == len(self._text):
            return self._literal()
        first = self._text[self._place : self._place + 1]
        if first in (b"(", b")"):
            self._place += 1
            return first
        if first == b'"':
            return String(_ESCAPED.sub(rb"\1", self._quoted()[1:-1]))
        return self._atom()

    def _literal(self) -> Literal | None:
        """The literal after this piece of text, if there is one; what follows is read on from the next piece."""
        if self._number + 1 >= len(self._pieces):
            return None
        literal = Literal(self._pieces[self._number + 1])
        self._number += 2
        self._text = self._pieces[self._number]
        self._place = 0
        return literal

    def _quoted(self) -> bytes:
        found = _QUOTED.match(self._text, self._place)
        if found is None:
            raise BadError("a quoted string does not end")
        self._place = found.end()
        return found[0]

    def _atom(self) -> Atom:
        if _SECTION.match(self._text, self._place):
            return Atom(self._section() + self._run())
        run = self._run()
        if not run:
            raise BadError("this is no place for a brace")
        return Atom(run)

    def _run(self) -> bytes:
        start = self._place
        self._place = _end(_ATOM, self._text, start)
        if self._text[self._place : self._place + 1] == b'"':
            raise BadError("a quotation mark stands in the middle of an atom")
        return self._text[start : self._place]

    def _section(self) -> bytes:
        """A section with all that is between its brackets; a literal in it is shown as a quoted string."""
        parts: list[bytes] = []
        while True:
            start = self._place
            self._place = _end(_IN_SECTION, self._text, start)
            parts.append(self._text[start : self._place])
            if self._place == len(self._text):
                literal = self._literal()
                if literal is None:
                    raise BadError("a bracket is not closed")
                parts.append(b'"%s"' % literal.value.replace(b"\\", b"\\\\").replace(b'"', b'\\"'))
            elif self._text[self._place : self._place + 1] == b'"':
                parts.append(self._quoted())
            else:
                self._place += 1
                return b"".join([*parts, b"]"])


def _end(pattern: re.Pattern[bytes], text: bytes, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
