"""Cuts what a client sends into commands, across lines and literals (RFC 3501 §2.2.1, §4.3; RFC 7888)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.sansio import LineTooLongError

# Of a line that is too long only the beginning is kept, for the tag, and the end, for a literal that follows.
HEAD = 64
TAIL = 32

_LITERAL = re.compile(rb"~?\{(\d{1,20})(\+?)\}\Z")


@dataclass(frozen=True, slots=True)
class Received:
    """A whole command: pieces of its line and, between any two of them, a literal."""

    pieces: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The client waits for leave to send a literal."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A command that went over a limit and was skipped; ``head`` is how its line began, ``code`` "" or TOOBIG."""

    head: bytes
    text: str
    code: str = ""


Event: TypeAlias = Received | Wanted | Unreadable


class CommandReader:
    """Collects received bytes; :meth:`next_command` and :meth:`next_line` hand out what is complete.

    ``max_line`` bounds the octets of a command beside its literals, ``max_literal`` those of its literals together.
    Whatever goes over is skipped to its end, so that the connection can live.
    """

    def __init__(self, max_line: int, max_literal: int) -> None:
        self.max_line = max_line
        self.max_literal = max_literal
        self._data = bytearray()
        self._searched = 0
        self._head: bytes | None = None
        self._begin()

    def feed(self, data: bytes) -> None:
        """Append received bytes."""
        self._data += data

    def clear(self) -> None:
        """Forget everything received: plain-text bytes must not survive STARTTLS (RFC 3501 §6.2.1)."""
        self._data.clear()
        self._searched = 0
        self._head = None
        self._begin()

    def next_line(self) -> bytes | None:
        """The next line as it is, for what is no command; None until it is complete. Raises LineTooLongError."""
        line = self._line()
        if line is not None and len(line) > self.max_line:
            raise LineTooLongError
        return line

    def next_command(self) -> Event | None:
        """The next whole command, or what has to be said before it is; None until more is received."""
        while self._fill_literal():
            line = self._line()
            if line is None:
                return None
            event = self._add_line(line)
            if event is not None:
                return event
        return None

    def _begin(self) -> None:
        self._pieces: list[bytes] = []
        self._octets = 0
        self._literals = 0
        self._literal = bytearray()
        self._missing: int | None = None
        self._refused: Unreadable | None = None

    def _add_line(self, line: bytes) -> Event | None:
        head = self._pieces[0] if self._pieces else line[:HEAD]
        self._octets += len(line)
        if self._octets > self.max_line:
            self._refused = self._refused or Unreadable(head, "the command line is too long")
        found = _LITERAL.search(line)
        if found is None:
            self._pieces.append(line)
            return self._end()
        size, waits = int(found[1]), not found[2]
        self._literals += size
        if self._literals > self.max_literal:
            text = f"a command carries up to {self.max_literal} octets in literals"
            self._refused = self._refused or Unreadable(head, text, "TOOBIG")
        if self._refused and waits:
            return self._end()  # said now, the client keeps its literal
        self._pieces.append(head if self._refused else line[: found.start()])
        self._missing = size
        return Wanted() if waits else None

    def _end(self) -> Event:
        event = self._refused or Received(tuple(self._pieces))
        self._begin()
        return event

    def _fill_literal(self) -> bool:
        """Take what is there of the literal that is due; False until it is complete."""
        if self._missing is None:
            return True
        taken = self._data[: self._missing]
        del self._data[: self._missing]
        self._searched = 0
        self._missing -= len(taken)
        if self._refused is None:
            self._literal += taken
        if self._missing:
            return False
        if self._refused is None:
            self._pieces.append(bytes(self._literal))
        self._literal = bytearray()
        self._missing = None
        return True

    def _line(self) -> bytes | None:
        end = self._data.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._data)
            if self._searched > self.max_line + TAIL:
                self._shorten()
            return None
        line = bytes(self._data[: end - 1 if self._data[end - 1 : end] == b"\r" else end])
        del self._data[: end + 1]
        self._searched = 0
        if self._head is not None:
            # Filled up to what is too long whatever the limit, so that both ends are judged as the whole line.
            line = self._head.ljust(self.max_line + 1) + line
            self._head = None
        return line

    def _shorten(self) -> None:
        if self._head is None:
            self._head = bytes(self._data[:HEAD])
        del self._data[:-TAIL]
        self._searched = len(self._data)
