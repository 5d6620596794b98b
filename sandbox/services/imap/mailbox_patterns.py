"""The wildcards of LIST: ``*`` for anything, ``%`` for anything within one level (RFC 3501 §6.3.8)."""

from __future__ import annotations

import re

from sandbox.stores.mail.home import INBOX, SEPARATOR


class Pattern:
    """One pattern, with its reference before it. INBOX is matched in any case, also as the first level."""

    def __init__(self, text: str) -> None:
        self.stops_at_level = text.endswith("%")
        # Neighbouring wildcards say no more than one of them, the wider.
        self._text = re.sub(r"[*%]*\*[*%]*|%+", lambda found: "*" if "*" in found[0] else "%", text)
        first, separator, rest = self._text.partition(SEPARATOR)
        self._of_inbox = first.upper() + separator + rest

    def matches(self, name: str) -> bool:
        """Whether the whole name fits."""
        in_inbox = name.partition(SEPARATOR)[0] == INBOX
        return self._fits(self._text, name) or (in_inbox and self._fits(self._of_inbox, name))

    def _fits(self, pattern: str, name: str) -> bool:
        """Walk over the name with all places in the pattern that are possible so far.

        A regular expression with many wildcards would take a time beyond all bounds.
        """
        places = _reached(pattern, {0})
        for char in name:
            places = _reached(pattern, {after for place in places for after in _step(pattern, place, char)})
        return len(pattern) in places


def _step(pattern: str, place: int, char: str) -> tuple[int, ...]:
    """Where a place in the pattern leads with one character of the name."""
    if place == len(pattern):
        return ()
    wanted = pattern[place]
    if wanted == "*" or (wanted == "%" and char != SEPARATOR):
        return (place,)
    return (place + 1,) if wanted == char else ()


def _reached(pattern: str, places: set[int]) -> set[int]:
    """The places, and those behind a wildcard that stands there: it may stand for nothing."""
    return places | {place + 1 for place in places if pattern[place : place + 1] in ("*", "%")}
