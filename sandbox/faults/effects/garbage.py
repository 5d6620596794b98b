"""``garbage``: what comes is no HTTP."""

from __future__ import annotations

from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.answer import AnswerStage
from sandbox.faults.effects.answer_effect import REQUESTS, AnswerEffect
from sandbox.faults.stage import Stage


class Garbage(AnswerEffect):
    """Says something that is no status line where the answer should begin; then the connection ends."""

    where: ClassVar[tuple[str, ...]] = REQUESTS

    kind: Literal["garbage"]
    text: Annotated[str, Field(min_length=1)] = "What?"
    """What is said; a line end follows."""

    def stage(self, random: Random) -> Stage:
        return _Nonsense(self.text)


class _Nonsense(AnswerStage):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text.encode() + b"\r\n"

    def head(self, head: bytes) -> bytes:
        self.end_after(0)
        return self._text
