"""Body sections: ``BODY[1.2.HEADER.FIELDS (SUBJECT)]<0.100>`` read and served (RFC 3501 §6.4.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.services.imap.parameters import unescaped
from sandbox.services.imap.strings import string
from sandbox.services.imap.structure import Part, structure

LARGEST = 0xFFFFFFFF  # numbers are 32 bit (RFC 3501 §9 "number")

_SECTION = re.compile(
    rb"""
    \[ (?P<numbers> (?:[0-9]{1,10}\.)*+ (?:[0-9]{1,10})?+ )
       (?P<text> [A-Z.]*+ )
       (?: \s++ \( (?P<fields>[^()]*+) \) )?+ \]
    (?: < (?P<offset>[0-9]{1,10}) \. (?P<count>[0-9]{1,10}) > )?+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(rb'\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s"(){}\x00-\x1f\x7f-\xff]++))(?=\s|$)')
_TEXTS = frozenset({b"", b"HEADER", b"HEADER.FIELDS", b"HEADER.FIELDS.NOT", b"TEXT", b"MIME"})


@dataclass(frozen=True, slots=True)
class Section:
    """What part of a message is wanted.

    ``text`` is the part specifier in upper case, empty for the whole; ``fields`` are header names as the client spelt
    them. ``partial`` is the first octet and the number of octets.
    """

    numbers: tuple[int, ...] = ()
    text: bytes = b""
    fields: tuple[bytes, ...] = ()
    partial: tuple[int, int] | None = None

    @property
    def label(self) -> bytes:
        """The section as it is named in the response: clients compare it with what they asked for."""
        words = [b"%d" % number for number in self.numbers] + ([self.text] if self.text else [])
        name = b".".join(words)
        if self.fields:
            name += b" (%b)" % b" ".join(map(_astring, self.fields))
        origin = b"<%d>" % self.partial[0] if self.partial else b""
        return b"[%b]%b" % (name, origin)

    def extract(self, content: bytes) -> bytes:
        """The octets asked for, exactly as they are stored; empty for a part that is not there, as Dovecot does."""
        octets = self._whole(content)
        if self.partial:
            offset, count = self.partial
            return octets[offset : offset + count]
        return octets

    def _whole(self, content: bytes) -> bytes:
        if not self.numbers and not self.text:
            return content  # without a look into it
        part = find_part(structure(content), self.numbers)
        if part is None:
            return b""
        if self.text == b"MIME":
            return part.content[part.header.start : part.header.end]
        if self.numbers and self.text:  # these specifiers are about a message in the part (RFC 3501 §6.4.5)
            if not part.is_message:
                return b""
            part = part.children[0]
        match self.text:
            case b"HEADER":
                return part.content[part.header.start : part.header.end]
            case b"HEADER.FIELDS" | b"HEADER.FIELDS.NOT":
                names = [field.lower() for field in self.fields]
                return part.header.select(names, excluded=self.text.endswith(b"NOT"))
            case _:
                return part.body


def parse_section(text: bytes) -> Section:
    """Read what follows ``BODY``: brackets and perhaps a partial. Raises ValueError with a text for the client."""
    found = _SECTION.fullmatch(text)
    if found is None:
        raise ValueError("invalid body section")
    numbers = tuple(_positive(number) for number in found["numbers"].split(b".") if number)
    name = found["text"].upper()
    if name not in _TEXTS or found["numbers"].endswith(b".") is not bool(numbers and name):
        raise ValueError("invalid body section")
    if name == b"MIME" and not numbers:
        raise ValueError("MIME needs a part number")
    if name.startswith(b"HEADER.FIELDS") is not (found["fields"] is not None):
        raise ValueError("header names belong to HEADER.FIELDS and HEADER.FIELDS.NOT")
    partial = None
    if found["offset"] is not None:
        partial = _number(found["offset"]), _positive(found["count"])
    return Section(
        numbers, name, _names(found["fields"] or b"") if name.startswith(b"HEADER.") else (), partial
    )


def find_part(message: Part, numbers: tuple[int, ...]) -> Part | None:
    """The part with that path, or None. Part 1 of a message that is no multipart is its own body."""
    part, is_root = message, True
    for number in numbers:
        if part.is_message and not is_root:
            part, is_root = part.children[0], True
        if part.is_multipart:
            if number > len(part.children):
                return None
            part = part.children[number - 1]
        elif not is_root or number != 1:
            return None
        is_root = False
    return part


def _names(text: bytes) -> tuple[bytes, ...]:
    names: list[bytes] = []
    position, text = 0, text.strip()
    while position < len(text):
        found = _NAME.match(text, position)
        if found is None:
            raise ValueError("invalid header name")
        names.append(unescaped(found[1]) if found[1] is not None else found[2])
        position = found.end()
    if not names:
        raise ValueError("header names are missing")
    return tuple(names)


def _astring(name: bytes) -> bytes:
    return name if _NAME.fullmatch(name) and not name.startswith(b'"') else string(name)


def _number(text: bytes) -> int:
    number = int(text)
    if number > LARGEST:
        raise ValueError("number too large")
    return number


def _positive(text: bytes) -> int:
    number = _number(text)
    if not number:
        raise ValueError("zero is no valid number here")
    return number
