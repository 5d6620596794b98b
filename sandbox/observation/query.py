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

__tracebackhide__ = True  # pytest shows the line of the test

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

        judged: dict[int, tuple[I, bool]] = {}  # what does not change is the same object, and judged once

        def fits(item: I) -> bool:
            known = judged.get(id(item))
            if known is None:
                known = judged[id(item)] = item, all(criterion.met(item) for criterion in self.criteria)
            return known[1]

        def look() -> list[I] | None:
            found = [item for item in self.kind.ready() if fits(item)]
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
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    try:
        while True:
            news.clear()
            began = loop.time()
            if (found := look()) is not None:
                return found
            try:
                async with asyncio.timeout_at(deadline):
                    # Looking through much takes long; whoever is served meanwhile gets as much time.
                    await asyncio.sleep(loop.time() - began)
                    await news.wait()
            except TimeoutError:
                return look()
    finally:
        unwatch()
