"""The IMAP service: a core for each client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.net.connection import Connection
from sandbox.service import AbstractService
from sandbox.services.imap.settings import Settings

if TYPE_CHECKING:
    from sandbox.services.imap.core import ImapCore

BUSY = b"* BYE [UNAVAILABLE] too many connections\r\n"


class Service(AbstractService[Settings]):
    """Listens, and hands each client to :class:`~sandbox.services.imap.core.ImapCore`."""

    name = "imap"

    async def open(self) -> None:
        for binding in self.settings.bindings():
            await self.context.network.listen_core(
                self.name, binding, self.settings.limits, self._make_core, busy=BUSY
            )

    def warm(self) -> None:
        import sandbox.services.imap.core  # noqa: F401 — for the many modules behind it

    def _make_core(self, connection: Connection) -> ImapCore:
        from sandbox.services.imap.core import (
            ImapCore,  # a third of the whole start: not before somebody comes
        )

        return ImapCore(
            self.settings, self.context, connection, offers_tls=connection.binding.tls == "starttls"
        )
