"""``bad-chunk``: the body comes in chunks, and one of them is broken."""

from __future__ import annotations

from random import Random
from typing import Annotated, Literal

from pydantic import Field

from sandbox.faults.answer import AnswerStage, without_length
from sandbox.faults.effects.answer_effect import AnswerEffect
from sandbox.faults.stage import Stage


class BadChunk(AnswerEffect):
    """Sends the body in chunks, the first of which has no size (RFC 9112 §7.1); then the connection ends."""

    kind: Literal["bad-chunk"]
    size: Annotated[str, Field(pattern=r"^[^\r\n\x00]*$")] = "oops"
    """What stands where the size should."""

    def stage(self, random: Random) -> Stage:
        return _Chunk(self.size)


class _Chunk(AnswerStage):
    def __init__(self, size: str) -> None:
        super().__init__()
        self._size = size.encode()

    def head(self, head: bytes) -> bytes:
        self.end_after(0)
        head = without_length(head)
        if b"\r\ntransfer-encoding:" not in head.lower():
            head = head[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
        return head + self._size + b"\r\n"
