"""``long-line``: a line of the head is longer than clients read."""

from __future__ import annotations

from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.answer import AnswerStage
from sandbox.faults.effects.answer_effect import REQUESTS, AnswerEffect
from sandbox.faults.stage import Stage


class LongLine(AnswerEffect):
    """Sends a head with a line that is too long; then the connection ends."""

    where: ClassVar[tuple[str, ...]] = REQUESTS

    kind: Literal["long-line"]
    octets: Annotated[int, Field(ge=1, le=10_000_000)] = 70_000
    """How long the line is at the least; Python's http.client reads 65536."""
    line: Literal["status", "header"] = "header"
    """Which line it is."""

    def stage(self, random: Random) -> Stage:
        return _Long(self)


class _Long(AnswerStage):
    def __init__(self, effect: LongLine) -> None:
        super().__init__()
        self._effect = effect

    def head(self, head: bytes) -> bytes:
        self.end_after(0)
        status, end, rest = head.partition(b"\r\n")
        long = b"x" * self._effect.octets
        if self._effect.line == "status":
            return status + b" " + long + end + rest
        return status + end + b"X-Long: " + long + end + rest
