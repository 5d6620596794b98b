"""How octets are bent on their way: pieces in, pieces out, each with the time at which it is due."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

#: What may stand at the end of a stream: close it (FIN both ways), end our half (FIN), RST, or say nothing ever again.
End: TypeAlias = Literal["close", "eof", "reset", "silence"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets of one direction, or its end, and the time of the loop's clock at which they are due."""

    due: float
    data: bytes = b""
    end: End | None = None

    def at(self, due: float) -> Piece:
        """The same at another time."""
        return replace(self, due=due)


class Stage(ABC):
    """What one effect does to one direction of one connection.

    Pieces come in the order of the stream, and what is given for them must be due no earlier than what was given
    before.
    """

    @abstractmethod
    def bend(self, piece: Piece) -> Iterable[Piece]:
        """What becomes of a piece."""
