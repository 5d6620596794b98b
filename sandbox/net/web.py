"""aiohttp below its router: requests in, responses out, over connections that pass the tap."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.net.web_protocol import Manager

#: Answers one request. Exceptions are the service's own business: catch and record them there.
Handler: TypeAlias = Callable[["web.BaseRequest"], Awaitable["web.StreamResponse"]]
#: Makes the answer to what is no request at all, from its status and a sentence for the client.
Refuse: TypeAlias = Callable[["web.BaseRequest", int, str], "web.StreamResponse"]
#: Has the last word on the header fields of an answer, also of one that is streamed.
Prepare: TypeAlias = Callable[["web.BaseRequest", "web.StreamResponse"], None]

SHUTDOWN_TIMEOUT = 0.05  # seconds that a handler may go on when the sandbox stops
LINGER = 1.0  # seconds in which the rest of a body nobody wanted is read, so that the client sees the answer


class WebEngine:
    """Makes aiohttp's protocol for each client. aiohttp is loaded at the first client, or by :meth:`load`.

    ``keep_alive`` is in seconds, ``line`` the longest request line or header field in octets, ``body`` the longest
    body that ``request.read()`` accepts, in octets. Without ``refuse`` bad requests are answered in plain text.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        keep_alive: float = 75.0,
        line: int = 8190,
        body: int = 1024 * 1024,
        refuse: Refuse | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        self._handler = handler
        self._keep_alive = keep_alive
        self._line = line
        self._body = body
        self._refuse = refuse
        self._prepare = prepare

    @cached_property
    def _server(self) -> Manager:
        from sandbox.net.web_protocol import Manager

        return Manager(
            self._handler,
            body=self._body,
            refuse=self._refuse,
            prepare=self._prepare,
            handler_cancellation=True,
            keepalive_timeout=self._keep_alive,
            max_line_size=self._line,
            max_field_size=self._line,
            access_log=None,
            lingering_time=LINGER,
        )

    def load(self) -> None:
        """Load aiohttp now: a tenth of a second that the first client would otherwise wait for."""
        _ = self._server

    def protocol(self) -> asyncio.Protocol:
        """The protocol for one client."""
        return self._server()

    async def close(self) -> None:
        """End what is being served."""
        if "_server" in self.__dict__:
            await self._server.shutdown(SHUTDOWN_TIMEOUT)
