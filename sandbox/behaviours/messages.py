"""Messages without a length and without an end mark: what arrives at one time is one, unless more must come.

More must come when what is there begins as a pickle, or as the list or object of JSON or Python, and has no end yet,
or when its last character is cut in the middle.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal, TypeAlias

from sandbox.behaviours.pickles import BadPickleError, Scanner, is_pickle

Missing: TypeAlias = Literal["nothing", "a character", "the end"]

LONGEST_TEXT = 1_000_000  # octets; far more than arrives at one time, unless it is cut again and again

_BRACKET = re.compile(rb"\s*[\[{]")


class MessageTooLongError(Exception):
    """A message is longer than the limit; what was received of it is gone."""


class Messages:
    """Collects what arrives and hands out messages of at most ``limit`` octets. ``missing`` tells what is awaited.

    Without ``structured`` neither pickles nor brackets mean anything, and only cut characters are waited for.
    """

    def __init__(self, limit: int = LONGEST_TEXT, *, structured: bool = True) -> None:
        self.missing: Missing = "nothing"
        self._limit = limit
        self._structured = structured
        self._data = bytearray()
        self._scanner: Scanner | _Brackets | _Characters | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now. Raises MessageTooLongError."""
        self._data += data
        found: list[bytes] = []
        self.missing = "nothing"
        while self._data:
            length = self._complete()
            if length is None:
                break
            self._check(length)
            found.append(bytes(self._data[:length]))
            del self._data[:length]
            self._scanner = None
        self._check(len(self._data))
        return found

    def rest(self) -> bytes:
        """What is there of an incomplete message; it is taken out."""
        rest = bytes(self._data)
        self._data.clear()
        self._scanner = None
        self.missing = "nothing"
        return rest

    def _complete(self) -> int | None:
        """The length of the next message, or None if something is missing."""
        if self._scanner is None:
            self._scanner = _scanner_for(self._data) if self._structured else _Characters()
        try:
            end = self._scanner.end(self._data)
        except BadPickleError:
            return len(self._data)
        if end is None:
            self.missing = "a character" if isinstance(self._scanner, _Characters) else "the end"
        return end

    def _check(self, length: int) -> None:
        if length > self._limit:
            self.rest()
            raise MessageTooLongError


class _Brackets:
    """Finds the end of a list or object in the notation of JSON or Python."""

    def __init__(self) -> None:
        self._at = 0
        self._depth = 0
        self._quote = 0
        self._escaped = False

    def end(self, data: bytearray) -> int | None:
        for index in range(self._at, len(data)):
            self._step(data[index])
            if self._depth == 0 and data[index] in b"]}" and not self._quote:
                return index + 1
        self._at = len(data)
        return None

    def _step(self, octet: int) -> None:
        if self._quote:
            if self._escaped:
                self._escaped = False
            elif octet == ord("\\"):
                self._escaped = True
            elif octet == self._quote:
                self._quote = 0
        elif octet in b"\"'":
            self._quote = octet
        elif octet in b"[{":
            self._depth += 1
        elif octet in b"]}":
            self._depth -= 1


class _Characters:
    """Finds whether text ends with a whole character. Whatever is no UTF-8 does."""

    def __init__(self) -> None:
        self._at = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def end(self, data: bytearray) -> int | None:
        try:
            self._decoder.decode(data[self._at :])
        except UnicodeDecodeError:
            return len(data)
        self._at = len(data)
        cut = bool(self._decoder.getstate()[0])
        return None if cut else len(data)


def _scanner_for(data: bytearray) -> Scanner | _Brackets | _Characters:
    if is_pickle(data):
        return Scanner()
    return _Brackets() if _BRACKET.match(data) else _Characters()
