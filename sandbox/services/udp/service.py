"""The UDP service: small servers with one behaviour each, the echo server first of all."""

from __future__ import annotations

from sandbox.service import AbstractService
from sandbox.services.udp.settings import Settings
from sandbox.services.udp.stubs import stubbed


class Service(AbstractService[Settings]):
    """Opens each listener with the answers of its behaviour."""

    name = "udp"

    async def open(self) -> None:
        """Raises ListenError, and OSError if a file of the settings has gone meanwhile."""
        settings = self.settings
        for binding in settings.bindings():
            answer = settings.listeners[binding.name].answer(self.context)
            await self.context.network.listen_datagrams(
                self.name, binding, settings.limits, stubbed(answer, self.context.stubs)
            )
