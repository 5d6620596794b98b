"""``delay``: one answer comes late."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import ClassVar, Literal

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Piece, Stage
from sandbox.settings.models import Seconds


class Delay(StreamEffect):
    """Holds up the next thing that is said, and what follows until then; later on nothing is late any more."""

    where: ClassVar[tuple[str, ...]] = ("*",)  # datagrams as well

    kind: Literal["delay"]
    seconds: Seconds = 1.0
    """How late it is."""

    def stage(self, random: Random) -> Stage:
        return _Once(self.seconds)


class _Once(Stage):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def bend(self, piece: Piece) -> Iterable[Piece]:
        if self._until is None:
            self._until = piece.due + self._seconds
        yield piece.at(max(self._until, piece.due))
