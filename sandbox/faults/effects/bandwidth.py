"""``bandwidth``: a narrow line."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Piece, Stage

STEPS = 20  # pieces a second


class Bandwidth(StreamEffect):
    """Lets no more through than a narrow line does."""

    kind: Literal["bandwidth"]
    rate: Annotated[int, Field(ge=1)] = 1000
    """Octets per second."""

    def stage(self, random: Random) -> Stage:
        return _Narrow(self.rate)


class _Narrow(Stage):
    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._free = 0.0

    def bend(self, piece: Piece) -> Iterable[Piece]:
        size = max(1, self._rate // STEPS)
        self._free = max(self._free, piece.due)
        for start in range(0, len(piece.data), size):
            part = piece.data[start : start + size]
            self._free += len(part) / self._rate
            yield Piece(self._free, part)
        if piece.end is not None:
            yield Piece(self._free, end=piece.end)
