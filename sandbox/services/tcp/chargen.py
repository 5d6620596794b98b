"""``chargen`` (RFC 864): a pattern of characters without end."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.characters import CYCLE
from sandbox.sansio import Actions, Core, Send, SetTimer, WhenDrained
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener
from sandbox.settings.models import Octets

PAUSE = 0.1  # seconds between two blocks of a limited rate
BLOCK = 65_536  # octets sent at a time without a limit


class ChargenListener(TcpListener):
    """Sends a pattern of characters until the client closes."""

    behaviour: Literal["chargen"]
    rate: Octets = 100_000
    """Octets sent in a second, so that one client does not fill the timeline; 0: as fast as it reads."""

    def cores(self, context: Context) -> Cores:
        return lambda _: Chargen(self.rate)


class Chargen(Core):
    """The next block is made when the last one has left, and at a limited rate its time has come."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._at = 0

    def opened(self) -> Actions:
        return self._block()

    def receive(self, data: bytes) -> Actions:
        return ()

    def drained(self) -> Actions:
        return (SetTimer(PAUSE),) if self._rate else self._block()

    def timer(self) -> Actions:
        return self._block()

    def _block(self) -> Actions:
        size = max(1, int(self._rate * PAUSE)) if self._rate else BLOCK
        start = self._at
        self._at = (start + size) % len(CYCLE)
        repeated = CYCLE * ((start + size) // len(CYCLE) + 1)
        return (Send(repeated[start : start + size]), WhenDrained())
