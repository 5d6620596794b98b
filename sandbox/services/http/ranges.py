"""Which octets of a representation a client wants (RFC 9110 §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class UnsatisfiableError(ValueError):
    """The range lies outside the representation: 416 (RFC 9110 §15.5.17)."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The octets from ``start`` up to, not including, ``stop``, of ``size`` altogether."""

    start: int
    stop: int
    size: int

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """The Content-Range field."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def parse_range(field: str | None, size: int) -> ByteRange | None:
    """The part a Range field asks for, or None for all of it. Raises UnsatisfiableError.

    Fields that are wrong, and several ranges at once, are ignored, as RFC 9110 §14.2 allows.
    """
    found = _ONE.fullmatch(field) if field is not None else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start, stop = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= stop:
        raise UnsatisfiableError(field)
    return ByteRange(start, stop, size)
