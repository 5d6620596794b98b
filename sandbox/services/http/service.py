"""The HTTP service: opens the listeners, and loads the rest when the first client comes."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.net.connection import Connection
from sandbox.net.web import WebEngine
from sandbox.service import AbstractService
from sandbox.services.http.opening import Opening
from sandbox.services.http.settings import Settings
from sandbox.services.http.world import World

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.services.http.front import Front

_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Service(AbstractService[Settings]):
    """One engine and one front behind all listeners."""

    name = "http"

    @cached_property
    def _engine(self) -> WebEngine:
        return WebEngine(
            self._answer,
            keep_alive=self.settings.keep_alive,
            body=self.settings.max_body,
            refuse=lambda request, status, reason: self._front.refuse(request, status, reason),
            prepare=lambda request, response: self._front.prepare(request, response),
        )

    @cached_property
    def _front(self) -> Front:
        from sandbox.services.http.front import Front  # which loads aiohttp

        return Front(World(self.context, self.settings))

    async def open(self) -> None:
        """See AbstractService."""
        for binding in self.settings.bindings():
            await self.context.network.listen(
                self.name, binding, self.settings.limits, self._protocol, busy=_BUSY
            )

    def warm(self) -> None:
        """See AbstractService."""
        self._engine.load()
        _ = self._front

    async def close(self) -> None:
        """See AbstractService."""
        await self._engine.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._front.answer(request)

    def _protocol(self, connection: Connection) -> asyncio.Protocol:
        listener = self.settings.listeners.get(connection.binding.name)
        raw_reply = listener.raw_reply if listener is not None else None
        return Opening(
            connection, self._engine.protocol, raw_reply.encode() if raw_reply is not None else None
        )
