"""The front: every request of every listener passes here, below any router of aiohttp's."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterable

from aiohttp import web
from aiohttp.http import SERVER_SOFTWARE

from sandbox.net.connection import Connection
from sandbox.net.web_faults import answer_of
from sandbox.net.web_protocol import connection_of, hand_over, wait_for_more
from sandbox.services.http.answers import failure, http_date
from sandbox.services.http.faults import fault_of
from sandbox.services.http.hosts import Hosts, Site
from sandbox.services.http.posts import CALL_PATHS, answer_call, has_handler, is_call
from sandbox.services.http.proxy import Proxy, Tunnel, without_hop_by_hop
from sandbox.services.http.routing import METHODS, Route
from sandbox.services.http.settings import Listener
from sandbox.services.http.stubs import Stubbed
from sandbox.services.http.target import BadTargetError, Target, parse_target, without_userinfo
from sandbox.services.http.world import World

# Seconds that a tunnel stays silent. http.client, and whoever else reads the head of the answer in one go with what is
# behind it, would lose a greeting that came sooner; on the way to a real server it never does.
HESITATION = 0.05

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BROKEN_BODY = "The body is broken: its length, its chunks or its coding."


class Front:
    """Normalises requests, finds who answers, and keeps the timeline: one fact for each request."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hosts = Hosts(world)
        self._proxy = Proxy(world)
        self._stubbed = Stubbed(world.context.stubs)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request. Whatever goes wrong becomes an answer too; when one has begun, the connection is cut."""
        connection = connection_of(request)
        told = without_userinfo(request.raw_path)
        try:
            response = await self._guarded(request, connection)
            await self._send(request, response)
        except (ConnectionError, asyncio.CancelledError):
            connection.note("request.abandoned", method=request.method, target=told)
            raise
        connection.note(
            "request.answered",
            method=request.method,
            host=_host(request),
            target=told,
            status=response.status,
            size=_body_size(request, response),
        )
        if isinstance(response, Tunnel):
            await wait_for_more(request, HESITATION)
            connection.note("tunnel.opened", **response.told())
            hand_over(request, self._world.context.network, response.to.service, response.to.listener)
        return response

    def refuse(self, request: web.BaseRequest, status: int, reason: str) -> web.StreamResponse:
        """The answer to what is no request."""
        connection_of(request).note("request.refused", status=status, reason=reason)
        return failure(status, reason)

    def prepare(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Put our Server and Date in the place of aiohttp's own: those of answers that did not pass ``_send``."""
        if response.headers.get("Server") != SERVER_SOFTWARE:
            return
        del response.headers["Server"]
        if server := self._server_header(request):
            response.headers["Server"] = server
        response.headers["Date"] = http_date(self._world.context.clock())

    async def _send(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        if not response.prepared:
            response.headers.setdefault("Date", http_date(self._world.context.clock()))
            if server := self._server_header(request):
                response.headers.setdefault("Server", server)
        await response.prepare(request)
        await response.write_eof()

    async def _guarded(self, request: web.BaseRequest, connection: Connection) -> web.StreamResponse:
        try:
            effect = fault_of(request, connection)
            if effect is not None:
                return answer_of(effect, request)
            return await self._reply(request, _target(request))
        except BadTargetError as error:
            return _closing(failure(400, f"{error}."))
        except web.RequestPayloadError:
            return _closing(failure(400, _BROKEN_BODY))
        except web.HTTPException as error:
            return _closing(failure(error.status, error.text or ""))
        except ConnectionError:
            raise
        except Exception:
            connection.crashed(traceback.format_exc())
            if request.writer.output_size:
                raise ConnectionAbortedError("an answer had begun") from None
            return _closing(failure(500))

    async def _reply(self, request: web.BaseRequest, target: Target) -> web.StreamResponse:
        if request.method not in METHODS:
            return failure(501, "There is no such method.")
        if target.form in ("authority", "absolute"):
            answer = await self._proxy.answer(request, target, self._listener(request))
            if answer is not None:
                return answer
            request = without_hop_by_hop(request)
        if target.form == "asterisk":
            return (
                _options(METHODS) if request.method == "OPTIONS" else failure(400, "* is for OPTIONS alone.")
            )
        refusal = await self._expectation(request)
        if refusal is not None:
            return refusal
        if not request.rel_url.raw_path:
            request = request.clone(rel_url=request.url.with_path("/").with_query(request.url.query))
        stubbed = await self._stubbed.answer(request, target)
        if stubbed is not None:
            return stubbed
        site = self._site(request, target)
        route = site.find(request.method, target.path)
        found = route is not None and route.handler is not None
        if site.calls and is_call(request):
            posts = self._world.context.posts
            if not found or (has_handler(posts) and target.path in CALL_PATHS):
                return await answer_call(posts, request)
        return await _followed(route, request)

    async def _expectation(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """A refusal of the body that is announced, or None; then it is called for if need be (RFC 9110 §10.1.1)."""
        expected = request.headers.get("Expect", "").lower() if request.version >= (1, 1) else ""
        if expected not in ("", "100-continue"):
            return _closing(failure(417, "100-continue is the only expectation there is."))
        limit = self._world.settings.max_body
        if limit and (request.content_length or 0) > limit:
            return _closing(failure(413, f"A body has {limit} octets at the most."))
        if expected and request.can_read_body:
            await request.writer.write(_CONTINUE)
            request.writer.output_size = 0  # the answer itself has not begun
        return None

    def _site(self, request: web.BaseRequest, target: Target) -> Site:
        listener = self._listener(request)
        return self._hosts.site(target.host, listener.site if listener is not None else None)

    def _listener(self, request: web.BaseRequest) -> Listener | None:
        """The settings of the listener a request came to; the main one has none of its own."""
        return self._world.settings.listeners.get(connection_of(request).binding.name)

    def _server_header(self, request: web.BaseRequest) -> str:
        try:
            return self._site(request, _target(request)).server_header
        except BadTargetError:
            return self._world.settings.server_header


def _target(request: web.BaseRequest) -> Target:
    hosts = request.headers.getall("Host", [])
    if len(hosts) > 1:
        raise BadTargetError("there is more than one Host field")
    return parse_target(request.method, request.raw_path, hosts[0] if hosts else None)


def _host(request: web.BaseRequest) -> str:
    try:
        return _target(request).host
    except BadTargetError:
        return ""


async def _followed(route: Route | None, request: web.BaseRequest) -> web.StreamResponse:
    if route is None:
        return failure(404, "Nothing is here.")
    if route.handler is not None:
        return await route.handler(request, **route.parameters)
    return _options(route.allowed) if request.method == "OPTIONS" else _not_allowed(route.allowed)


def _options(methods: Iterable[str]) -> web.StreamResponse:
    return web.Response(status=200, headers={"Allow": ", ".join(methods)})


def _not_allowed(methods: Iterable[str]) -> web.StreamResponse:
    return failure(405, headers={"Allow": ", ".join(methods)})


def _closing(response: web.Response) -> web.Response:
    response.force_close()
    return response


def _body_size(request: web.BaseRequest, response: web.StreamResponse) -> int:
    """The octets that followed the head, with the framing of their chunks if there was one."""
    head = f"HTTP/1.1 {response.status} {response.reason}\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in response.headers.items()
    )
    return max(0, request.writer.output_size - len(head.encode("utf-8", "surrogateescape")) - 2)
