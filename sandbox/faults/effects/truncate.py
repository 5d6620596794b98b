"""``truncate``: a body or a datagram is cut short."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Literal

from sandbox.faults.answer import AnswerStage, length_of
from sandbox.faults.effects.answer_effect import WITH_BODY, AnswerEffect
from sandbox.faults.stage import Stage
from sandbox.settings.models import Octets


class Truncate(AnswerEffect):
    """Cuts the body of an answer after so many octets and ends the connection, though the head promised more."""

    where: ClassVar[tuple[str, ...]] = WITH_BODY

    kind: Literal["truncate"]
    octets: Octets = 0
    """Octets that are left; of a chunked body with its framing."""

    def stage(self, random: Random) -> Stage:
        return _Cut(self.octets)


class _Cut(AnswerStage):
    def __init__(self, octets: int) -> None:
        super().__init__()
        self._octets = octets

    def head(self, head: bytes) -> bytes:
        length = length_of(head)
        if length is None or self._octets < length:
            self.end_after(self._octets)
        return head
