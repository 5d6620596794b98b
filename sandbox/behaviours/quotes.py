"""Quotes of the day (RFC 865)."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 511  # octets: RFC 865 wants fewer than 512

QUOTES = (
    "Be conservative in what you do, be liberal in what you accept from others. (Jon Postel, RFC 761)",
    "It has to work. (Ross Callon, RFC 1925)",
    "With sufficient thrust, pigs fly just fine. However, this is not necessarily a good idea. (RFC 1925)",
    "In protocol design, perfection has been reached not when there is nothing left to add, but when there is "
    "nothing left to take away. (RFC 1925)",
    "We believe in rough consensus and running code. (David Clark)",
)


class Quotes:
    """Hands out one quote after the other, for ever."""

    def __init__(self, quotes: Sequence[str]) -> None:
        self._quotes = [quote.encode() + b"\r\n" for quote in quotes]
        self._given = 0

    def next(self) -> bytes:
        """The next quote, as a line."""
        self._given += 1
        return self._quotes[(self._given - 1) % len(self._quotes)]

    def snapshot(self) -> object:
        """How many were handed out."""
        return self._given

    def restore(self, snapshot: object) -> None:
        """Go on after so many."""
        assert isinstance(snapshot, int)
        self._given = snapshot
