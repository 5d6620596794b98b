"""A header section as a list of fields with their exact places (RFC 5322 §2.2); nothing in it is ever an error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

# A line, with or without a colon, and the lines that continue it.
FIELD = re.compile(rb"([^:\n]*+)(:?+)[^\n]*+\n?+(?:[ \t][^\n]*+\n?+)*+")
_FOLD = re.compile(rb"\r*\n(?=[ \t])")


class Field(NamedTuple):
    """One field: ``start`` and ``end`` enclose its lines, ``value`` is where the text after the colon begins.

    ``name`` is in lower case, and empty for a line without a colon.
    """

    name: bytes
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """The fields of one header section; ``start`` and ``end`` enclose it, the blank line included.

    ``blank`` is where that line begins, the same as ``end`` if the section lacks it.
    """

    content: bytes
    start: int
    blank: int
    end: int
    fields: tuple[Field, ...]

    def get(self, name: bytes) -> bytes | None:
        """The value of the first field of that name (in lower case), unfolded, or None."""
        for field in self.fields:
            if field.name == name:
                return self.value(field)
        return None

    def all(self, name: bytes) -> list[bytes]:
        """The unfolded values of all fields of that name (in lower case)."""
        return [self.value(field) for field in self.fields if field.name == name]

    def value(self, field: Field) -> bytes:
        """A field's value without its folds and without blanks around it (RFC 5322 §2.2.3)."""
        value = self.content[field.value : field.end].strip()
        return _FOLD.sub(b"", value) if b"\n" in value else value

    def select(self, names: Iterable[bytes], *, excluded: bool = False) -> bytes:
        """The lines of the fields with (or without) these names in lower case, octet for octet, and a blank line."""
        wanted = frozenset(names)
        chosen = [field for field in self.fields if (field.name in wanted) is not excluded]
        lines = b"".join(self.content[field.start : field.end] for field in chosen)
        if lines and not lines.endswith(b"\n"):
            lines += b"\r\n"
        return lines + (self.content[self.blank : self.end] or b"\r\n")


def field_at(content: bytes, position: int) -> Field:
    """The field that begins at ``position``, which is the beginning of a line."""
    found = FIELD.match(content, position)
    assert found is not None  # the pattern matches the empty string
    name = found[1].rstrip(b" \t").lower() if found[2] else b""
    return Field(name, position, found.end(2), found.end())
