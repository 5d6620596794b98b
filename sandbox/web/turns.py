"""Long lists, worked through in turns with everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

TURN = 50  # of a list that are worked on in one go


async def in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """The items as they are now; between some of them the others have their turn."""
    for number, item in enumerate(tuple(items), start=1):
        yield item
        if number % TURN == 0:
            await asyncio.sleep(0)
