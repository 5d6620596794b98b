"""The SMTP service: its listeners, and a protocol for each client."""

from __future__ import annotations

import asyncio

from sandbox.net.connection import Connection
from sandbox.service import AbstractService
from sandbox.services.smtp.settings import Settings


class Service(AbstractService[Settings]):
    """Submission, relay and SMTPS: they differ in their bindings only."""

    name = "smtp"

    async def open(self) -> None:
        busy = f"421 4.3.2 {self.context.hostname} too many connections, try again later\r\n"
        for binding in self.settings.bindings():
            await self.context.network.listen(
                self.name, binding, self.settings.limits, self._protocol, busy=busy.encode()
            )

    def warm(self) -> None:
        import sandbox.services.smtp.protocol  # noqa: F401 — for aiosmtpd behind it

    def _protocol(self, connection: Connection) -> asyncio.BaseProtocol:
        from sandbox.services.smtp.protocol import SmtpProtocol  # loads aiosmtpd: not before somebody comes

        return SmtpProtocol(connection, self.settings, self.context)
