"""``wrong-length``: Content-Length is wrong."""

from __future__ import annotations

from random import Random
from typing import Literal

from sandbox.faults.answer import AnswerStage, length_of, with_length
from sandbox.faults.effects.answer_effect import AnswerEffect
from sandbox.faults.stage import Stage


class WrongLength(AnswerEffect):
    """Sends the whole body, but Content-Length is wrong, if there is one; then the connection ends."""

    kind: Literal["wrong-length"]
    by: int = 10
    """So many octets too many, or, below 0, too few."""

    def stage(self, random: Random) -> Stage:
        return _Wrong(self.by)


class _Wrong(AnswerStage):
    def __init__(self, by: int) -> None:
        super().__init__()
        self._by = by

    def head(self, head: bytes) -> bytes:
        length = length_of(head)
        if length is None:
            return head
        self.end_after(length)
        return with_length(head, max(0, length + self._by))
