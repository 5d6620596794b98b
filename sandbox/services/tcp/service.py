"""The TCP service: small servers with one behaviour each, the echo server first of all."""

from __future__ import annotations

from sandbox.service import AbstractService
from sandbox.services.tcp.settings import Settings
from sandbox.services.tcp.stubs import stubbed


class Service(AbstractService[Settings]):
    """Opens each listener with the cores of its behaviour."""

    name = "tcp"

    async def open(self) -> None:
        """Raises ListenError, and OSError if a file of the settings has gone meanwhile."""
        settings = self.settings
        for binding in settings.bindings():
            cores = settings.listeners[binding.name].cores(self.context)
            await self.context.network.listen_core(
                self.name, binding, settings.limits, stubbed(cores, self.context.stubs)
            )
