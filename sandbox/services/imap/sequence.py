"""Sequence sets (RFC 3501 §9 "sequence-set"): which messages a command is about, by number or by UID."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

LARGEST = 0xFFFFFFFF  # numbers are 32 bit (RFC 3501 §9 "nz-number")
STAR = 0  # stands for "*" in a range; no message has that number


@dataclass(slots=True)
class SequenceSet:
    """The ranges of a set as written; ``STAR`` for the largest number in use.

    Questions take that ``largest`` number, 0 for an empty mailbox, and cost a binary search: sets of thousands of
    UIDs over thousands of messages are ordinary.
    """

    ranges: tuple[tuple[int, int], ...]
    _largest: int = field(default=-1, init=False, repr=False, compare=False)
    _lows: list[int] = field(default_factory=list, init=False, repr=False, compare=False)
    _highs: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def highest(self) -> int:
        """The highest number written, 0 if only ``*``: a sequence number beyond the mailbox is an error."""
        return max(max(low, high) for low, high in self.ranges)

    def contains(self, number: int, largest: int) -> bool:
        """Whether the set holds ``number``."""
        self._resolve(largest)
        place = bisect_right(self._lows, number) - 1
        return place >= 0 and number <= self._highs[place]

    def select(self, numbers: Sequence[int], largest: int | None = None) -> list[int]:
        """Those of the ascending ``numbers`` that the set holds, ascending; ``largest`` is their last by default."""
        if largest is None:
            largest = numbers[-1] if numbers else 0
        self._resolve(largest)
        selected: list[int] = []
        for low, high in zip(self._lows, self._highs, strict=True):
            selected += numbers[bisect_left(numbers, low) : bisect_right(numbers, high)]
        return selected

    def expand(self, largest: int) -> list[int]:
        """All numbers of the set from 1 to ``largest``, ascending, each once."""
        return self.select(range(1, largest + 1), largest)

    def _resolve(self, largest: int) -> None:
        """Put the ranges in order, joined where they overlap."""
        if largest == self._largest:
            return
        self._largest = largest
        self._lows, self._highs = [], []
        for low, high in sorted(_ordered(low or largest, high or largest) for low, high in self.ranges):
            if self._highs and low <= self._highs[-1] + 1:
                self._highs[-1] = max(self._highs[-1], high)
            else:
                self._lows.append(low)
                self._highs.append(high)


def parse_set(text: bytes) -> SequenceSet:
    """Read a sequence set. Raises ValueError with a text for the client."""
    return SequenceSet(tuple(_range(part) for part in text.split(b",")))


def compress(numbers: Iterable[int]) -> bytes:
    """The shortest set of the ``numbers`` in the order given, as ``1:3,7``."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in ranges)


def _range(part: bytes) -> tuple[int, int]:
    low, colon, high = part.partition(b":")
    first = _number(low)
    return first, _number(high) if colon else first


def _number(text: bytes) -> int:
    if text == b"*":
        return STAR
    # Python's int accepts signs, blanks and underscores; its digits are also bounded, hence the length.
    if not text.isdigit() or len(text) > 10 or not 0 < int(text) <= LARGEST:
        raise ValueError("invalid sequence set")
    return int(text)


def _ordered(first: int, second: int) -> tuple[int, int]:
    return (first, second) if first <= second else (second, first)
