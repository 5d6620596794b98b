"""``slow-close``: the end comes late."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Literal

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Piece, Stage
from sandbox.settings.models import Seconds


class SlowClose(StreamEffect):
    """Holds up the end of the connection, not what comes before it."""

    kind: Literal["slow-close"]
    seconds: Seconds = 1.0
    """Seconds by which the end is late."""

    def stage(self, random: Random) -> Stage:
        return _Lingering(self.seconds)


class _Lingering(Stage):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def bend(self, piece: Piece) -> Iterable[Piece]:
        if piece.end is None:
            yield piece
            return
        if piece.data:
            yield Piece(piece.due, piece.data)
        yield Piece(piece.due + self._seconds, end=piece.end)
