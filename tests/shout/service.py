"""SHOUT: a line in, the same line out in capitals."""

from __future__ import annotations

from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Core, LineBuffer, Send
from sandbox.service import AbstractService
from tests.shout.settings import Settings


class Shout(Core):
    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._lines = LineBuffer(1000)

    def receive(self, data: bytes) -> Actions:
        self._lines.feed(data)
        while (line := self._lines.next_line()) is not None:
            yield Send(line.upper() + self._mark + b"\r\n")


class Service(AbstractService[Settings]):
    name = "shout"

    async def open(self) -> None:
        for binding in self.settings.bindings():
            await self.context.network.listen_core(self.name, binding, self.settings.limits, self._core)

    def _core(self, connection: Connection) -> Shout:
        connection.note("client.greeted")
        return Shout(self.settings.mark.encode())
