"""Greylisting: what is new is turned away, and accepted when it comes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Greylist:
    """Knows what came before, and when by ``clock``; it is accepted ``seconds`` after it came first."""

    seconds: float
    clock: Callable[[], float]
    _first: dict[tuple[str, ...], float] = field(default_factory=dict)

    def copy(self) -> Greylist:
        """Another one that knows the same."""
        return Greylist(self.seconds, self.clock, dict(self._first))

    def passes(self, *who: str) -> bool:
        """Whether this one is known for long enough."""
        key = tuple(word.lower() for word in who)
        if key not in self._first:
            self._first[key] = self.clock()
            return False
        return self.clock() - self._first[key] >= self.seconds
