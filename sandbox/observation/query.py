"""One question: things of a kind that meet some conditions. Asked now, or as soon as the answer is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sandbox.journal import Entry, Journal
from sandbox.observation.errors import Unexpected, WaitTimeout
from sandbox.observation.kinds import Item, Kind
from sandbox.observation.nearest import missing, unwanted
from sandbox.observation.rules import Criterion, criteria_of

T = TypeVar("T")
I = TypeVar("I", bound=Item)  # noqa: E741


@dataclass(frozen=True)
class Query(Generic[I]):
    """Things of a kind that meet all criteria."""

    kind: Kind[I]
    criteria: tuple[Criterion[I], ...]

    @classmethod
    def of(cls, kind: Kind[I], wanted: Mapping[str, Any]) -> Query[I]:
        """The question that keyword arguments ask. Raises TypeError for a word the kind does not know."""
        return cls(kind, criteria_of(wanted, kind.known))

    def found(self, *, ready: bool = False) -> list[I]:
        """What is there now."""
        items = self.kind.ready() if ready else self.kind.all()
        return [item for item in items if all(criterion.met(item) for criterion in self.criteria)]

    async def wait(self, count: int, timeout: float) -> list[I]:  # noqa: ASYNC109
        """What is there as soon as it is ``count`` things, past ones included. Raises WaitTimeout."""

        def look() -> list[I] | None:
            found = self.found(ready=True)
            return found if len(found) >= count else None

        found = await arrived(self.kind.world.journal, self.kind.concerns, look, timeout)
        if found is None:
            raise WaitTimeout(missing(self.kind, self.criteria, count, timeout))
        return found

    async def none(self, within: float) -> None:
        """Return after ``within`` seconds in which there was none, past ones included. Raises Unexpected at once."""
        found = await arrived(
            self.kind.world.journal, self.kind.concerns, lambda: self.found() or None, within
        )
        if found:
            raise Unexpected(unwanted(self.kind, self.criteria, found))


async def arrived(
    journal: Journal,
    concerns: Callable[[Entry], bool],
    look: Callable[[], T | None],
    timeout: float,  # noqa: ASYNC109
) -> T | None:
    """What ``look`` returns as soon as it is not None; it is asked now and after entries that concern it.

    None after ``timeout`` seconds.
    """
    news = asyncio.Event()

    def heard(entry: Entry) -> None:
        if concerns(entry):
            news.set()

    unwatch = journal.watch(heard)
    deadline = asyncio.get_running_loop().time() + timeout
    try:
        while (found := look()) is None:
            news.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await news.wait()
            except TimeoutError:
                return None
        return found
    finally:
        unwatch()
