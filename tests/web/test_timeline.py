"""The timeline over HTTP: a long one is looked through in turns with everybody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from aiohttp.test_utils import make_mocked_request

from sandbox.journal import Journal, Received
from sandbox.web.own.entries import EntryQuery
from sandbox.web.own.journal import Timeline
from sandbox.web.routes import Asked
from sandbox.web.turns import TURN, in_turns


def test_the_others_have_their_turn_while_entries_are_looked_through() -> None:
    journal = Journal()
    for number in range(10 * TURN):
        journal.append(Received(number, "tcp", b"x"))
    timeline = Timeline(cast("Any", SimpleNamespace(journal=journal)))
    (handler,) = (each.handler for each in timeline.operations("") if each.name == "list_journal")
    asked = Asked(make_mocked_request("GET", "/"), {}, EntryQuery(limit=10_000, name="nothing"), None)
    assert len([*handler(asked).__await__()]) == 10


async def test_a_long_list_is_worked_through_in_turns_and_may_change_meanwhile() -> None:
    items = [*range(3 * TURN)]
    async for item in in_turns(items):
        items.remove(item)
    assert items == []
    assert len([*_all(range(3 * TURN)).__await__()]) == 3


async def _all(items: range) -> list[int]:
    return [item async for item in in_turns(items)]
