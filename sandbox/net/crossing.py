"""What faults do to datagrams on their way between one client and us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Literal, TypeAlias

from sandbox.faults.effects import Effect, StreamEffect
from sandbox.faults.effects.datagrams import DatagramEffect, Drop, Duplicate, Reorder
from sandbox.faults.effects.truncate import Truncate
from sandbox.faults.stage import Piece

Way: TypeAlias = Literal["to_client", "to_server"]
Arrive: TypeAlias = Callable[[bytes], None]


class Crossing:
    """Both ways of one client; what is late or held back is lost when that is stopped."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._held: dict[Way, tuple[bytes, Arrive]] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    def carry(self, way: Way, effect: Effect | None, data: bytes, arrive: Arrive) -> None:
        """Let a datagram suffer an effect, if it is one of this way, and ``arrive`` never, once or several times."""
        if not isinstance(effect, DatagramEffect | StreamEffect) or effect.direction not in (way, "both"):
            effect = None
        match effect:
            case Drop():
                return
            case Reorder() if way not in self._held:
                held = self._held[way] = data, arrive
                self._later(effect.seconds, lambda: self._release(way, held))
                return
            case Duplicate():
                for _ in range(effect.times):
                    arrive(data)
            case Truncate():
                arrive(data[: effect.octets])
            case StreamEffect():
                self._bend(effect, data, arrive)
            case _:
                arrive(data)
        self._release(way)

    def stop(self) -> None:
        """Let nothing more arrive."""
        self._held.clear()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _bend(self, effect: StreamEffect, data: bytes, arrive: Arrive) -> None:
        now = asyncio.get_running_loop().time()
        for piece in effect.stage(self._random).bend(Piece(now, data)):
            if piece.due <= now:
                arrive(piece.data)
            else:
                self._later(piece.due - now, lambda late=piece.data: arrive(late))  # type: ignore[misc]

    def _release(self, way: Way, which: tuple[bytes, Arrive] | None = None) -> None:
        if way in self._held and (which is None or self._held[way] is which):
            data, arrive = self._held.pop(way)
            arrive(data)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        def due() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(seconds, due)
        self._timers.add(timer)
