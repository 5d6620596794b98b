"""All doors of a network: found by name, shut and opened as the fault rules want it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator

from sandbox.journal import Crashed, Fact, Journal
from sandbox.net.door import ACCEPT_STEPS, Door
from sandbox.net.listener import Endpoint, StreamListener
from sandbox.net.tap import Tap


class Doors:
    """The doors by service and listener, each with its endpoint."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._doors: dict[tuple[str, str], tuple[Door, Endpoint]] = {}

    def __contains__(self, name: tuple[str, str]) -> bool:
        return name in self._doors

    def __iter__(self) -> Iterator[Door]:
        return (door for door, _ in self._doors.values())

    def listener(self, service: str, listener: str) -> StreamListener:
        """What is behind a door. Raises LookupError if there is none of that name."""
        return self._doors[service, listener][0].listener

    def taps(self, *, aside: bool = True) -> list[Tap]:
        """The connections open now; without those of listeners aside if ``aside`` is False."""
        return [tap for door in self if aside or not door.aside for tap in door.listener.taps]

    def add(self, door: Door, endpoint: Endpoint) -> None:
        """Know a door that is open."""
        self._doors[endpoint.service, endpoint.listener] = door, endpoint
        self._settle(door, endpoint)

    def settle(self, *, telling: bool = True) -> None:
        """Shut and reopen doors so that it is as the fault rules in force want it; each is told on the timeline."""
        for door, endpoint in self._doors.values():
            self._settle(door, endpoint, telling=telling)

    def close_to_newcomers(self) -> None:
        """Turn away who waits, and who is still on the way, until :meth:`welcome`; listeners aside go on."""
        for door in self._not_aside():
            door.listener.close()
            door.turn_away()

    def welcome(self) -> None:
        """Take clients again."""
        for door in self._not_aside():
            door.listener.reopen()

    async def close(self) -> None:
        """Accept nobody any more; connections stay, and their listeners are still known."""
        # Closing a server while asyncio is between accepting a client and telling us of it fails in asyncio, and leaves
        # the client's socket open; so first no more are accepted, then those on their way arrive, then it is closed.
        for door in self:
            door.listener.close()
            door.pause()
        await steps()
        for door in self:
            door.close()

    def clear(self) -> None:
        """Know none any more."""
        self._doors.clear()

    def _not_aside(self) -> list[Door]:
        return [door for door in self if not door.aside]

    def _settle(self, door: Door, endpoint: Endpoint, *, telling: bool = True) -> None:
        refusal = door.listener.refusal
        if (refusal is not None) == door.is_shut:
            return
        details: dict[str, object] = {"listener": endpoint.listener, "address": endpoint.address}
        try:
            if refusal is None:
                door.reopen()
                fact = Fact(0, endpoint.service, "listener.reopened", details)
            else:
                door.shut()
                fact = Fact(0, endpoint.service, "listener.closed", details | {"rule": refusal.rule.name})
        except OSError:  # somebody else has taken the address
            self._journal.append(Crashed(0, endpoint.service, traceback.format_exc()))
            return
        if telling:
            self._journal.append(fact)


async def steps() -> None:
    """Wait until clients that asyncio has accepted have been told to their listeners."""
    for _ in range(ACCEPT_STEPS):
        await asyncio.sleep(0)
