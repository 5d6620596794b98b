"""``limit``: the connection breaks after so many octets."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Literal

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import End, Piece, Stage
from sandbox.settings.models import Octets


class Limit(StreamEffect):
    """Lets so many octets through, then ends the connection: in the middle of a reply, a file, a message."""

    kind: Literal["limit"]
    octets: Octets = 0
    """Octets that still pass."""
    then: End = "close"
    """close, eof (our half only), reset (RST), or silence: the rest is swallowed and nothing is said."""

    def stage(self, random: Random) -> Stage:
        return _Limited(self.octets, self.then)


class _Limited(Stage):
    def __init__(self, octets: int, then: End) -> None:
        self._left = octets
        self._then = then
        self._over = False

    def bend(self, piece: Piece) -> Iterable[Piece]:
        if self._over:
            if self._then == "eof" and piece.end is not None:
                yield piece
            return
        if piece.end is not None or len(piece.data) < self._left:
            self._left -= len(piece.data)
            yield piece
            return
        self._over = True
        if self._left:
            yield Piece(piece.due, piece.data[: self._left])
        yield Piece(piece.due, end=self._then)
