"""``corrupt``: octets arrive changed."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Piece, Stage


class Corrupt(StreamEffect):
    """Flips a bit here and there; no more and no fewer octets arrive."""

    where: ClassVar[tuple[str, ...]] = ("*",)  # datagrams as well

    kind: Literal["corrupt"]
    probability: Annotated[float, Field(ge=0, le=1)] = 0.01
    """The chance of each octet."""

    def stage(self, random: Random) -> Stage:
        return _Flipping(self.probability, random)


class _Flipping(Stage):
    def __init__(self, probability: float, random: Random) -> None:
        self._probability = probability
        self._random = random

    def bend(self, piece: Piece) -> Iterable[Piece]:
        draw = self._random.random
        data = bytes(
            octet ^ (1 << self._random.randrange(8)) if draw() < self._probability else octet
            for octet in piece.data
        )
        yield Piece(piece.due, data, piece.end)
