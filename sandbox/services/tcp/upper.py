"""``upper``: every letter comes back as a capital."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.letters import Capitals
from sandbox.sansio import Actions, Close, Core, Send
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener


class UpperListener(TcpListener):
    """Returns text in capitals, as it comes; the letters of every script in UTF-8, other bytes as they are."""

    behaviour: Literal["upper"]

    def cores(self, context: Context) -> Cores:
        return lambda _: Upper()


class Upper(Core):
    """Only a cut character waits for its rest."""

    def __init__(self) -> None:
        self._capitals = Capitals()

    def receive(self, data: bytes) -> Actions:
        return (Send(self._capitals.feed(data)),)

    def eof(self) -> Actions:
        return (Send(self._capitals.feed(b"", final=True)), Close())
