"""``silence``: a black hole."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Literal

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import End, Piece, Stage
from sandbox.settings.models import Seconds


class Silence(StreamEffect):
    """Swallows everything: the client waits, until its time-out or until the connection ends after all."""

    kind: Literal["silence"]
    seconds: Seconds = 0.0
    """Seconds from the first octet swallowed to the end of the connection; 0 is never."""
    then: End = "close"
    """How it ends: close, eof, reset."""

    def stage(self, random: Random) -> Stage:
        return _Swallowing(self)


class _Swallowing(Stage):
    def __init__(self, effect: Silence) -> None:
        self._effect = effect
        self._begun = False

    def bend(self, piece: Piece) -> Iterable[Piece]:
        if not self._begun:
            self._begun = True
            if self._effect.seconds:
                yield Piece(piece.due + self._effect.seconds, end=self._effect.then)
