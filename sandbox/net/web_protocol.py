"""aiohttp's server classes, taught our limits, our words for bad requests, and our journal."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from asyncio import AbstractEventLoop, BaseTransport, get_running_loop
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import BadHttpMethod, HttpProcessingError
from multidict import CIMultiDict, CIMultiDictProxy

from sandbox.net.connection import Connection
from sandbox.net.network import Network
from sandbox.net.transport import TapTransport
from sandbox.net.web import Handler, Prepare, Refuse


def connection_of(request: web.BaseRequest) -> Connection:
    """The connection a request came by, also when the client is gone already."""
    assert isinstance(request.protocol, WebProtocol)
    assert request.protocol.connection is not None
    return request.protocol.connection


def hand_over(request: web.BaseRequest, network: Network, service: str, listener: str) -> None:
    """Let another listener serve the client, as :meth:`Network.hand_over` does, with what it sent behind the head.

    The answer must have been written to its end; aiohttp waits then until the client has read what came before.
    Raises LookupError if there is no such listener, ConnectionError if the client is gone.
    """
    assert isinstance(request.protocol, WebProtocol)
    request.protocol.hand_over(network, service, listener)


async def wait_for_more(request: web.BaseRequest, seconds: float) -> None:
    """Wait until the client has sent something behind a CONNECT, or has nothing more to say, but only so long."""
    assert isinstance(request.protocol, WebProtocol)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(request.protocol.more(), seconds)


def without_fields(request: web.BaseRequest, names: Collection[str]) -> web.BaseRequest:
    """The request, whose body nobody has read yet, without the header fields of these names in lower case.

    aiohttp's own ``clone`` fails for fields that are no UTF-8.
    """
    assert isinstance(request, _Request)
    return request.without(names)


def replay(request: web.BaseRequest, body: bytes) -> None:
    """Let the body, which was read, be read once more."""
    content = StreamReader(request.protocol, max(len(body), 2**16), loop=get_running_loop())
    content.feed_data(body)
    content.feed_eof()
    request._payload = content


class Manager(web.Server):
    """Makes a protocol for each client and a request for each message."""

    def __init__(
        self,
        handler: Handler,
        *,
        body: int,
        refuse: Refuse | None,
        prepare: Prepare | None,
        handler_cancellation: bool,
        **options: Any,
    ) -> None:
        super().__init__(
            handler, request_factory=self._request, handler_cancellation=handler_cancellation, **options
        )
        self.refuse = refuse or _plain
        self.prepare = prepare
        self._body = body
        self._options = options

    def __call__(self) -> WebProtocol:
        return WebProtocol(self, loop=get_running_loop(), **self._options)

    def _request(
        self, message: Any, payload: Any, protocol: web.RequestHandler, writer: Any, task: Any
    ) -> web.BaseRequest:
        if not isinstance(message.headers, CIMultiDictProxy):
            # aiohttp's stand-in for what could not be parsed.
            message = message._replace(headers=CIMultiDictProxy(CIMultiDict()))
        loop = get_running_loop()
        return _Request(message, payload, protocol, writer, task, loop, client_max_size=self._body)


class WebProtocol(web.RequestHandler):
    """One client. What aiohttp would log stands on the timeline instead, under the number of the connection."""

    def __init__(self, manager: Manager, *, loop: AbstractEventLoop, **options: Any) -> None:
        super().__init__(manager, loop=loop, **options)
        self.manager = manager
        self.connection: Connection | None = None
        self._handed_over = False
        self._more: asyncio.Event | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        if isinstance(transport, TapTransport):
            self.connection = transport.connection
        super().connection_made(transport)

    def hand_over(self, network: Network, service: str, listener: str) -> None:
        """See the function of that name. This request is the last; its handler may still come to its end."""
        transport = self.transport
        if not isinstance(transport, TapTransport):
            raise ConnectionResetError("the client is gone")
        network.hand_over(transport, service, listener, self._message_tail)
        self._message_tail = b""
        self._handed_over = True
        self.transport = None  # so that nothing here closes it
        self.force_close()

    async def more(self) -> None:
        """Return once there are octets behind a CONNECT, or their end."""
        self._more = asyncio.Event()
        if not self._message_tail and not self._close:
            await self._more.wait()

    async def start(self) -> None:
        """Serve request after request; when the client has been handed over nobody else tells us that it is gone."""
        try:
            await super().start()
        finally:
            if self._handed_over:  # not from within: it cancels what runs
                self._loop.call_soon(self.connection_lost, None)

    def data_received(self, data: bytes) -> None:
        """Octets that are no HTTP within a body end it: whoever waits for the rest is told so."""
        super().data_received(data)
        if self._more is not None:
            self._more.set()
        if not self._messages or isinstance(self._messages[-1][0], RawRequestMessage):
            return
        bodies = [body for _, body in self._messages]
        if self._current_request is not None:
            bodies.append(self._current_request.content)
        # Not at once: a reader that is just being woken for what came before would miss it and wait for ever.
        self._loop.call_soon(_break, bodies)

    def is_busy(self) -> bool:
        """Whether the client waits for us: it sent a whole request, and there is nothing for it to read yet."""
        request, transport = self._current_request, self.transport
        if request is None or transport is None:
            return False
        return request.content.is_eof() and not transport.get_write_buffer_size()

    def eof_received(self) -> bool | None:  # type: ignore[override]  # aiohttp never keeps a half-closed connection
        """The client sent all it had to say; it may still listen, as netcat and hand-made clients do."""
        waiter = self._waiter
        idle = waiter is not None and not waiter.done() and not self._messages
        if idle or self._parser is None or self.ssl_context is not None:
            return None
        try:
            self._parser.feed_eof()
        except HttpProcessingError:  # in the middle of a body
            return None
        self.close()
        if self._more is not None:
            self._more.set()
        return True

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a message that could not be parsed; nothing of ours has seen it."""
        if isinstance(exc, ConnectionError):
            raise exc  # the client is gone, or the handler wants it to be
        if not isinstance(exc, HttpProcessingError):
            self.log_exception("", exc_info=exc)
        if isinstance(exc, BadHttpMethod):
            status, message = HTTPStatus.NOT_IMPLEMENTED, "There is no such method."
        response = self.manager.refuse(request, status, message or HTTPStatus(status).description)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """A failure within aiohttp: ours, unless the client broke off a body or sent a bad one."""
        error = kw.get("exc_info")
        if self.connection is None or isinstance(error, HttpProcessingError | web.RequestPayloadError):
            return
        told = traceback.format_exception(error) if isinstance(error, BaseException) else map(str, args)
        self.connection.crashed("".join(told))


def _break(bodies: list[StreamReader]) -> None:
    for body in bodies:
        if not body.is_eof():
            body.set_exception(web.RequestPayloadError("the body is broken"))


class _Request(web.BaseRequest):
    async def read(self) -> bytes:
        """The whole body. aiohttp would unpack a compressed one in pieces as large as a body may be, in one go each."""
        if self._read_bytes is None:
            body = bytearray()
            while piece := await self.content.readany():
                body += piece
                if self._client_max_size and len(body) > self._client_max_size:
                    raise web.HTTPRequestEntityTooLarge(self._client_max_size)
                await asyncio.sleep(0)  # a reader that never has to wait leaves no turn to others
            self._read_bytes = bytes(body)
        return self._read_bytes

    def without(self, names: Collection[str]) -> _Request:
        message = self._message._replace(
            headers=CIMultiDictProxy(
                CIMultiDict(
                    (name, value) for name, value in self.headers.items() if name.lower() not in names
                )
            ),
            raw_headers=tuple(
                (name, value)
                for name, value in self.raw_headers
                if name.lower().decode("latin-1") not in names
            ),
        )
        return _Request(
            message,
            self._payload,
            self._protocol,
            self._payload_writer,
            self._task,
            self._loop,
            client_max_size=self._client_max_size,
        )

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        # The one place all answers pass before their head is written, streamed ones too; web.Application uses it
        # for its on_response_prepare signal.
        manager = self.protocol.manager if isinstance(self.protocol, WebProtocol) else None
        if manager is not None and manager.prepare is not None:
            manager.prepare(self, response)


def _plain(request: web.BaseRequest, status: int, reason: str) -> web.StreamResponse:
    return web.Response(status=status, text=f"{status} {HTTPStatus(status).phrase}\n\n{reason}\n")
