"""The XML-RPC service: listeners of its own, and a handler for bodies that HTTP listeners receive."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.journal import Fact
from sandbox.net.connection import Connection
from sandbox.net.web import WebEngine
from sandbox.service import AbstractService
from sandbox.services.xmlrpc.calls import Calls
from sandbox.services.xmlrpc.dispatcher import Dispatcher
from sandbox.services.xmlrpc.extensions import find
from sandbox.services.xmlrpc.functions import standard
from sandbox.services.xmlrpc.settings import Settings

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.services.xmlrpc.endpoint import Endpoint

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
MEDIA_TYPES = ("text/xml", "application/xml")


class Service(AbstractService[Settings]):
    """The same functions behind every listener. Calls run in threads: a slow one holds up nobody else."""

    name = "xmlrpc"

    @cached_property
    def _calls(self) -> Calls:
        settings = self.settings
        functions = standard(self.context.clock, settings.call_timeout)
        for reference in settings.functions:
            functions |= find(reference)
        dispatcher = Dispatcher(
            functions,
            allow_none=settings.allow_none,
            use_builtin_types=settings.use_builtin_types,
            max_response=settings.max_response,
        )
        return Calls(dispatcher, self.context.stubs, settings.threads, settings.call_timeout, self._note)

    @cached_property
    def _engine(self) -> WebEngine:
        return WebEngine(
            self._answer,
            keep_alive=self.settings.keep_alive,
            body=self.settings.max_request,
            prepare=lambda _, response: self._date(response),
        )

    @cached_property
    def _endpoint(self) -> Endpoint:
        from sandbox.services.xmlrpc.endpoint import Endpoint  # which loads aiohttp

        return Endpoint(self._calls)

    async def open(self) -> None:
        """See AbstractService."""
        for media_type in MEDIA_TYPES:
            self.context.posts.by_type[media_type] = self._calls.answer
        self.context.posts.max_body = self.settings.max_request
        for binding in self.settings.bindings():
            await self.context.network.listen(
                self.name, binding, self.settings.limits, self._protocol, busy=BUSY
            )

    def warm(self) -> None:
        """See AbstractService."""
        self._engine.load()
        _ = self._endpoint

    async def close(self) -> None:
        """See AbstractService."""
        for media_type in MEDIA_TYPES:
            self.context.posts.by_type.pop(media_type, None)
        await self._engine.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._endpoint.answer(request)

    def _protocol(self, _: Connection) -> asyncio.Protocol:
        return self._engine.protocol()

    def _date(self, response: web.StreamResponse) -> None:
        """The time of our clock in the place of aiohttp's own."""
        response.headers["Date"] = formatdate(int(self.context.clock()), usegmt=True)

    def _note(self, connection: int, name: str, **details: str) -> None:
        self.context.journal.append(Fact(connection, self.name, name, details))
