"""``latency``: every octet comes later."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import ClassVar, Literal

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Piece, Stage
from sandbox.settings.models import Seconds


class Latency(StreamEffect):
    """Holds everything up for a while; order is kept."""

    where: ClassVar[tuple[str, ...]] = ("*",)  # datagrams as well

    kind: Literal["latency"]
    seconds: Seconds = 1.0
    """How long everything takes."""
    jitter: Seconds = 0.0
    """It takes so much more or less, at random."""

    def stage(self, random: Random) -> Stage:
        return _Late(self, random)


class _Late(Stage):
    def __init__(self, effect: Latency, random: Random) -> None:
        self._effect = effect
        self._random = random
        self._last = 0.0

    def bend(self, piece: Piece) -> Iterable[Piece]:
        effect = self._effect
        jitter = self._random.uniform(-effect.jitter, effect.jitter) if effect.jitter else 0.0
        self._last = max(self._last, piece.due + max(0.0, effect.seconds + jitter))
        yield piece.at(self._last)
