"""What a sandbox has learned since it began, and how it forgets it again: snapshots of everything that changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Kept(Protocol):
    """Something that changes while clients are served."""

    def snapshot(self) -> object:
        """How it is now; what happens later does not change that."""

    def restore(self, snapshot: object, /) -> None:
        """Be as it was, also a second time with the same snapshot."""


class Filling:
    """What a dictionary or a deque is filled with, for those who keep nothing else."""

    def __init__(self, holder: dict[Any, Any] | deque[Any]) -> None:
        self._holder = holder

    def snapshot(self) -> object:
        """A copy."""
        return self._holder.copy()

    def restore(self, snapshot: Any) -> None:
        """Have it filled with the same again."""
        self._holder.clear()
        if isinstance(self._holder, dict):
            self._holder.update(snapshot)
        else:
            self._holder.extend(snapshot)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How everything was at one moment; only the sandbox it was taken of understands it."""

    states: Mapping[Kept, object]


class Recall:
    """Everything that has to be kept; each remembers how it began.

    So what appears only later, as the parts of a service that the first client loads, is at its beginning again when a
    snapshot is restored that knew nothing of it.
    """

    def __init__(self) -> None:
        self._beginnings: dict[Kept, object] = {}

    def keep(self, *kept: Kept) -> None:
        """Have these restored too; as they are now is how they begin. They are told apart by identity."""
        self._beginnings.update((each, each.snapshot()) for each in kept)

    def snapshot(self) -> Snapshot:
        """How everything is now."""
        return Snapshot({each: each.snapshot() for each in self._beginnings})

    def restore(self, snapshot: Snapshot | None = None) -> None:
        """Let everything be as it was, at the beginning if there is no snapshot."""
        states = self._beginnings if snapshot is None else snapshot.states
        for each, beginning in self._beginnings.items():
            each.restore(states.get(each, beginning))
