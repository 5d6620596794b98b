"""The FTP service: its listeners, and a control connection for each client."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.net.connection import Connection
from sandbox.service import AbstractService
from sandbox.services.ftp.settings import Settings

if TYPE_CHECKING:
    from sandbox.services.ftp.engine import Engine


class Service(AbstractService[Settings]):
    """FTP, with AUTH TLS or implicit TLS: listeners differ in their bindings only."""

    name = "ftp"

    async def open(self) -> None:
        for binding in self.settings.bindings():
            await self.context.network.listen(
                self.name,
                binding,
                self.settings.limits,
                self._control,
                busy=b"421 Too many connections, try again later\r\n",
            )

    def warm(self) -> None:
        assert self._engine

    @cached_property
    def _engine(self) -> Engine:
        from sandbox.services.ftp.engine import Engine  # loads aioftp: not before somebody comes

        return Engine(self.settings, self.context)

    def _control(self, connection: Connection) -> asyncio.BaseProtocol:
        from sandbox.services.ftp.control import Control

        return Control(
            connection, self.context.network.tasks, self._engine.serve, max_line=self.settings.max_line
        )
