"""The MIME structure of a message as offsets into its octets (RFC 2045, 2046); broken MIME is plain text.

A message is read once, front to back, whatever is nested in it. Lines may end with CRLF or a bare LF.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sandbox.services.imap.header import Field, Header, field_at
from sandbox.services.imap.memo import remembered
from sandbox.services.imap.parameters import Parameters, parameter, read_type

# Bounds for hostile mails; Dovecot stops at 100 levels and 10,000 parts.
MAX_DEPTH = 64
MAX_PARTS = 2000


@dataclass(frozen=True, slots=True)
class MediaType:
    """A Content-Type as the part spells it; ``declared`` is False where the default stands in (RFC 2045 §5.2)."""

    type: bytes
    subtype: bytes
    parameters: Parameters
    declared: bool = True

    @property
    def full(self) -> bytes:
        """Type and subtype for comparison, as ``text/plain``."""
        return (self.type + b"/" + self.subtype).lower()


PLAIN = MediaType(b"text", b"plain", ((b"charset", b"us-ascii"),), declared=False)
MESSAGE = MediaType(b"message", b"rfc822", (), declared=False)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A message or a part of one: header, then a body from ``header.end`` to ``end``.

    A multipart has its parts as ``children``, a message/rfc822 the message in it as its only child; nothing else
    has children.
    """

    content: bytes
    header: Header
    end: int
    media: MediaType
    children: tuple[Part, ...] = ()

    @property
    def is_multipart(self) -> bool:
        """Whether the children are the parts of a multipart."""
        return bool(self.children) and self.media.type.lower() == b"multipart"

    @property
    def is_message(self) -> bool:
        """Whether the only child is a message of its own (RFC 2046 §5.2.1)."""
        return bool(self.children) and not self.is_multipart

    @property
    def is_text(self) -> bool:
        """Whether the body is text of any subtype."""
        return not self.children and self.media.type.lower() == b"text"

    @property
    def body(self) -> bytes:
        """The octets of the body, still encoded."""
        return self.content[self.header.end : self.end]

    @property
    def size(self) -> int:
        """How many octets the body has."""
        return self.end - self.header.end

    @property
    def lines(self) -> int:
        """How many line ends the body has."""
        return self.content.count(b"\n", self.header.end, self.end)


@remembered
def structure(content: bytes) -> Part:
    """The structure of a message. Never raises; a message without a header has an empty one."""
    return _Reader(content).read()


class _Delimiter(NamedTuple):
    """A delimiter line: the multipart it belongs to, the end of the part before it, the beginning of the next."""

    level: int
    start: int
    end: int
    closing: bool


class _Reader:
    """Reads parts one after the other; every method leaves off at the delimiter that it returns."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.over = _Delimiter(level=-1, start=len(content), end=len(content), closing=True)
        self.boundaries: dict[bytes, int] = {}
        self.parts = 0

    def read(self) -> Part:
        part, _ = self.part(0, 0, PLAIN)
        return part

    def part(self, start: int, depth: int, default: MediaType) -> tuple[Part, _Delimiter]:
        """The part that begins at ``start``, up to the delimiter of a multipart around it."""
        self.parts += 1
        header = self.header(start)
        media = _media(header, default)
        if depth < MAX_DEPTH and media.type.lower() == b"multipart":
            children, after = self.multipart(header.end, depth, media)
            if not children:
                media = PLAIN
        elif depth < MAX_DEPTH and media.full == b"message/rfc822":
            child, after = self.part(header.end, depth + 1, PLAIN)
            children = [child]
        else:
            children, after = [], self.next_delimiter(header.end)
            if depth >= MAX_DEPTH and (media.type.lower() == b"multipart" or media.full == b"message/rfc822"):
                media = PLAIN
        end = max(after.start, header.end)
        return Part(self.content, header, end, media, tuple(children)), after

    def header(self, start: int) -> Header:
        """The header section at ``start``; a delimiter that comes before its blank line ends it, too."""
        content, position = self.content, start
        fields: list[Field] = []
        while position < len(content):
            if content.startswith((b"\r\n", b"\n"), position):
                end = content.index(b"\n", position) + 1
                return Header(content, start, position, end, tuple(fields))
            if content.startswith(b"--", position) and self.delimiter_at(position):
                break
            field = field_at(content, position)
            fields.append(field)
            position = field.end
        return Header(content, start, position, position, tuple(fields))

    def multipart(self, start: int, depth: int, media: MediaType) -> tuple[list[Part], _Delimiter]:
        """The parts of a multipart whose body begins at ``start``; none if no delimiter of it is there."""
        boundary = (parameter(media.parameters, b"boundary") or b"").rstrip()
        if not boundary:
            return [], self.next_delimiter(start)
        default = MESSAGE if media.subtype.lower() == b"digest" else PLAIN
        around = self.boundaries.get(boundary)
        self.boundaries[boundary] = depth
        children: list[Part] = []
        after = self.next_delimiter(start)
        while after.level == depth and not after.closing and after.end < len(self.content):
            child, after = self.part(after.end, depth + 1, default)
            children.append(child)
        if around is None:
            del self.boundaries[boundary]
        else:
            self.boundaries[boundary] = around
        if after.level == depth:  # what follows the closing delimiter is an epilogue, for no one to see
            after = self.next_delimiter(after.end)
        return children, after

    def next_delimiter(self, position: int) -> _Delimiter:
        """The first delimiter at or after ``position``, the beginning of a line, of any multipart being read."""
        if not self.boundaries or self.parts >= MAX_PARTS:
            return self.over
        newline = self.content.find(
            b"\n--", position - 1
        )  # a header, and so a line end, is before every body
        while newline >= 0:
            delimiter = self.delimiter_at(newline + 1)
            if delimiter:
                return delimiter
            newline = self.content.find(b"\n--", newline + 1)
        return self.over

    def delimiter_at(self, position: int) -> _Delimiter | None:
        """The delimiter line that begins at ``position``, where two hyphens stand, if it is one (RFC 2046 §5.1.1)."""
        end = self.content.find(b"\n", position) + 1 or len(self.content)
        text = self.content[position + 2 : end].rstrip()
        level = self.boundaries.get(text)
        closing = level is None and text.endswith(b"--")
        if closing:
            level = self.boundaries.get(text[:-2])
        if level is None:
            return None
        # The line end before the line belongs to the delimiter.
        start = position - (2 if self.content.endswith(b"\r\n", 0, position) else 1)
        return _Delimiter(level, start, end, closing)


def _media(header: Header, default: MediaType) -> MediaType:
    value = header.get(b"content-type")
    read = None if value is None else read_type(value)
    if read is None:
        return default if value is None else PLAIN
    return MediaType(*read)
