"""``truncate``: a body or a datagram is cut short."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Literal

from sandbox.faults.answer import AnswerStage, length_of
from sandbox.faults.effects.answer_effect import WITH_BODY
from sandbox.faults.effects.effect import StreamEffect
from sandbox.faults.stage import Stage
from sandbox.settings.models import Octets


class Truncate(StreamEffect):
    """Cuts the body of an answer after so many octets and ends the connection, though the head promised more.

    Of a datagram so many octets arrive.
    """

    where: ClassVar[tuple[str, ...]] = ("*.datagram", *WITH_BODY)

    kind: Literal["truncate"]
    direction: Literal["to_client", "to_server", "both"] = "to_client"
    """Of datagrams: which way they go that are cut."""
    octets: Octets = 0
    """Octets that are left; of a chunked body with its framing."""

    def suits(self, service: str, event: str) -> bool:
        """See Effect; of HTTP it is the answer alone that is cut."""
        return super().suits(service, event) and (self.direction == "to_client" or event == "datagram")

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
