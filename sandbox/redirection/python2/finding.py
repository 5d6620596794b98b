"""One line that is Python 2."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A line, what stands there, and what it is in Python 3."""

    line: int
    what: str
    instead: str
