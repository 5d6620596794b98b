"""Watches which servers the program of a run opens: nobody hears of it otherwise."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Collection
from pathlib import Path

from sandbox.redirection.listeners import Listener, listeners
from sandbox.settings.models import Transport

_STEP = 0.25  # seconds between two looks
_SELF = Path("/proc/self")

PATIENCE = 2.0
"""Seconds until a server is one that waits for clients from outside: many lessons bring theirs with them."""
HESITATION = 0.5
"""Seconds until nobody listens at an address of loopback: the program's own server may still be on its way."""


class Servers:
    """Looks at what the program listens on, and calls ``bound`` for what is new, ``waiting`` for what stays.

    Loopback belongs to the program first. So what was refused there is told to ``refused`` only if it serves that port
    at none of its addresses: clients of ``localhost`` try ::1 before 127.0.0.1.
    """

    def __init__(
        self,
        udp: Collection[int],
        *,
        bound: Callable[[Listener], None],
        waiting: Callable[[int], None],
        refused: Callable[[Transport, str, int], None],
        look: Callable[[Collection[int]], set[Listener]] = lambda udp: listeners(_SELF, udp),
    ) -> None:
        self._udp = udp
        self._bound, self._waiting, self._refused, self._listeners = bound, waiting, refused, look
        self._since: dict[Listener, float] = {}
        self._told: set[int] = set()
        self._held: dict[tuple[Transport, int], tuple[float, str]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look from time to time, on this thread's loop."""
        self.look()
        self._timer = asyncio.get_running_loop().call_later(_STEP, self.start)

    def stop(self) -> None:
        """Tell what is left to tell, and look no more; may be called twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.look(hesitation=0)

    def refuse(self, transport: Transport, host: str, port: int) -> None:
        """The kernel has refused that; loopback is looked at once more."""
        if not ipaddress.ip_address(host).is_loopback:
            self._refused(transport, host, port)
        elif (transport, port) not in self._held:
            self._held[transport, port] = time.monotonic(), host
            self.look()

    def serve(self, transport: Transport, port: int) -> bool:
        """Whether the program serves a port, at whatever address."""
        self.look()
        return any((listener.transport, listener.port) == (transport, port) for listener in self._since)

    def look(self, *, hesitation: float | None = None) -> None:
        """Tell what has changed since the last time."""
        try:
            found = self._listeners(self._udp)
        except OSError:  # no descriptor is free
            return
        now = time.monotonic()
        for listener in sorted(found - self._since.keys()):
            self._bound(listener)
        self._since = {listener: self._since.get(listener, now) for listener in found}
        self._tell_of_waiting(now)
        self._tell_of_held(now - (HESITATION if hesitation is None else hesitation))

    def _tell_of_waiting(self, now: float) -> None:
        for listener, since in sorted(self._since.items()):
            if now - since >= PATIENCE and listener.port not in self._told:
                self._told.add(listener.port)
                self._waiting(listener.port)

    def _tell_of_held(self, until: float) -> None:
        served = {(listener.transport, listener.port) for listener in self._since}
        for (transport, port), (since, host) in list(self._held.items()):
            if (transport, port) in served:
                del self._held[transport, port]
            elif since <= until:
                del self._held[transport, port]
                self._refused(transport, host, port)
