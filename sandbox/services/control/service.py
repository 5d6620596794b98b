"""The control service: opens the listeners, and loads the application when the first client comes."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.net.connection import Connection
from sandbox.net.web import WebEngine
from sandbox.service import AbstractService
from sandbox.services.control.settings import Settings
from sandbox.web.tally import Tally

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.web.application import Application

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Service(AbstractService[Settings]):
    """One application behind all listeners; its clients stand aside from the timeline, which they may be reading.

    Nothing is loaded in advance: it takes a tenth of a second in which no other client is served, and most sandboxes are
    never asked.
    """

    name = "control"

    @cached_property
    def _tally(self) -> Tally:
        return Tally(self.context.journal)

    @cached_property
    def _engine(self) -> WebEngine:
        return WebEngine(
            self._answer,
            keep_alive=self.settings.keep_alive,
            body=self.settings.max_request,
            refuse=lambda request, status, reason: self._application.refuse(request, status, reason),
        )

    @cached_property
    def _application(self) -> Application:
        from sandbox.web.application import Application  # which loads aiohttp

        return Application(self.context, self._tally, self.settings.names)

    async def open(self) -> None:
        """See AbstractService."""
        self._tally.start()
        for binding in self.settings.bindings():
            await self.context.network.listen(
                self.name, binding, self.settings.limits, self._protocol, busy=BUSY, aside=True
            )

    async def close(self) -> None:
        """See AbstractService."""
        self._tally.stop()
        if "_application" in self.__dict__:
            self._application.close()
        await self._engine.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._application.answer(request)

    def _protocol(self, _: Connection) -> asyncio.Protocol:
        return self._engine.protocol()
