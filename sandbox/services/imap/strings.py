"""How octets are written in a response: quoted where that is safe, as a literal otherwise (RFC 3501 §4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What a quoted string cannot hold, or what many clients trip over in one (RFC 3501 §9 "QUOTED-CHAR").
_UNQUOTABLE = re.compile(rb"[^\x01-\x09\x0b\x0c\x0e-\x7f]")
_SPECIAL = re.compile(rb'(["\\])')
QUOTED_LIMIT = 1000  # octets; a longer string is kinder as a literal


def literal(value: bytes) -> bytes:
    """A literal: its length in octets, then the octets, whatever they are."""
    return b"{%d}\r\n%b" % (len(value), value)


def string(value: bytes) -> bytes:
    """A quoted string if the value is short, clean and one line, else a literal."""
    if len(value) > QUOTED_LIMIT or _UNQUOTABLE.search(value):
        return literal(value)
    return b'"%b"' % _SPECIAL.sub(rb"\\\1", value)


def nstring(value: bytes | None) -> bytes:
    """A string, or NIL for what is not there."""
    return b"NIL" if value is None else string(value)


def parenthesized(items: Iterable[bytes]) -> bytes:
    """A list of what is written already."""
    return b"(%b)" % b" ".join(items)
