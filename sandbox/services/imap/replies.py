"""What the server says: the outcomes of a command, and the lines that tell them (RFC 3501 §7.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from sandbox.sansio import Action
from sandbox.services.imap.strings import string

T = TypeVar("T")

# Fewer characters than the grammar allows: clients are known to trip over brackets in atoms.
_PLAIN = re.compile(rb"[A-Za-z0-9&+,\-./:=@_]+\Z")
_UNPRINTABLE = re.compile(r"[^ -~]")


#: A line of a :class:`Stream` that says nothing and lets others have their turn.
PAUSE = b""


class ReplyError(Exception):
    """A command that is refused; carries its own tagged reply. ``code`` is the response code, without brackets."""

    status = b"NO"

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class NoError(ReplyError):
    """The command was understood and cannot be done (RFC 3501 §7.1.2)."""


class BadError(ReplyError):
    """The command was not understood, or does not fit the state (RFC 3501 §7.1.3)."""

    status = b"BAD"


@dataclass(frozen=True, slots=True)
class Done:
    """The command succeeded; without a text the reply says that it is completed. ``then`` follows the reply."""

    text: str = ""
    code: bytes = b""
    then: Action | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """The command goes on: send ``+ text`` and hand the client's next line to ``answer``.

    ``pushes`` asks for news of the mailbox to be sent meanwhile (RFC 2177). ``answer`` raises ReplyError.
    """

    text: bytes
    answer: Callable[[bytes], Outcome]
    pushes: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """The command is carried out while its untagged ``lines`` are made, and is done after the last one.

    They are made as the client reads them, so that a long answer never lies in memory as a whole; between them may
    stand any number of :data:`PAUSE`. The iterator may raise ReplyError.
    """

    lines: Iterator[bytes]


#: Work that takes its time: it pauses within, and returns what it found.
Steps: TypeAlias = Generator[bytes, None, T]

Outcome: TypeAlias = Done | Prompt | Stream


def tagged(tag: bytes, status: bytes, text: str, code: bytes | str = b"") -> bytes:
    """A status reply; ``code`` is the response code, without brackets."""
    if isinstance(code, str):
        code = code.encode()
    bracketed = b"[%s] " % code if code else b""
    # The text may quote the client, who could smuggle a line of its own in.
    return b"%s %s %s%s\r\n" % (tag, status, bracketed, _UNPRINTABLE.sub("?", text).encode())


def astring(value: bytes) -> bytes:
    """An atom if it is a plain one, else a string (RFC 3501 §9 "astring")."""
    return value if _PLAIN.match(value) and value.upper() != b"NIL" else string(value)
