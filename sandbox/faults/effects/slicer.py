"""``slicer``: the stream comes in small segments."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Piece, Stage
from sandbox.settings.models import Count, Seconds


class Slicer(StreamEffect):
    """Cuts what is written at once into many segments, as a network may at any time."""

    kind: Literal["slicer"]
    size: Annotated[int, Field(ge=1)] = 1
    """Octets of a segment."""
    variation: Count = 0
    """A segment has so many octets more or less, at random."""
    pause: Seconds = 0.0
    """Seconds between two segments."""

    def stage(self, random: Random) -> Stage:
        return _Slices(self, random)


class _Slices(Stage):
    def __init__(self, effect: Slicer, random: Random) -> None:
        self._effect = effect
        self._random = random
        self._free = 0.0

    def bend(self, piece: Piece) -> Iterable[Piece]:
        effect, at = self._effect, 0
        self._free = max(self._free, piece.due)
        while at < len(piece.data):
            size = max(1, effect.size + self._random.randint(-effect.variation, effect.variation))
            yield Piece(self._free, piece.data[at : at + size])
            self._free += effect.pause
            at += size
        if piece.end is not None:
            yield Piece(self._free, end=piece.end)
