"""Stubs of HTTP: asked before the pages of any site."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from sandbox.net.connection import Connection
from sandbox.net.threads import in_thread
from sandbox.net.web_protocol import connection_of, replay
from sandbox.services.http.answers import failure
from sandbox.services.http.target import Target
from sandbox.stubs import HttpAnswer, HttpRequest, Stubs, Use
from sandbox.stubs.answers import http_answer
from sandbox.stubs.requests import Fields


class Stubbed:
    """Answers requests for which there is a stub."""

    def __init__(self, stubs: Stubs) -> None:
        self._stubs = stubs

    async def answer(self, request: web.BaseRequest, target: Target) -> web.StreamResponse | None:
        """The answer of a stub, None if there is none; the body can still be read then."""
        if not self._stubs.concern("http"):
            return None
        connection = connection_of(request)
        body = await request.read()
        use = self._stubs.use(_asked(request, target, body, connection))
        if use is None:
            replay(request, body)
            return None
        connection.note("stub.matched", stub=use.stub.name)
        try:
            return await _said(use)
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:  # of the test's own function; pytest.fail() raises no Exception
            self._stubs.failed(use.stub, error)
            connection.note("stub.failed", stub=use.stub.name, traceback=traceback.format_exc())
            return failure(500, f"Stub {use.stub.name}: {type(error).__name__}: {error}")


async def _said(use: Use) -> web.StreamResponse:
    answer = use.answer
    if callable(answer):
        answer = await _made(answer, use.request)
    found = http_answer(answer)
    if found.delay:
        await asyncio.sleep(found.delay)
    return _response(found, use.request)


def _response(answer: HttpAnswer, request: HttpRequest) -> web.Response:
    fields = CIMultiDict(answer.fields(request))
    return web.Response(status=answer.status, headers=fields, body=answer.content(request))


async def _made(handler: Callable[[HttpRequest], Any], request: HttpRequest) -> Any:
    """What a handler makes of a request; one that is no coroutine may block, and has a thread."""
    if inspect.iscoroutinefunction(handler):
        return await handler(request)
    made = await in_thread(lambda: handler(request))
    return await made if inspect.isawaitable(made) else made


def _asked(request: web.BaseRequest, target: Target, body: bytes, connection: Connection) -> HttpRequest:
    return HttpRequest(
        listener=connection.binding.name,
        connection=connection.number,
        method=request.method,
        target=f"{target.path}?{target.query}" if target.query else target.path,
        host=target.host,
        headers=Fields(tuple(request.headers.items())),
        body=body,
    )
