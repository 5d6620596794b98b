"""What faults do to a request of HTTP, whichever service it came to."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from sandbox.faults.effects import Effect
from sandbox.faults.effects.answer import Answer
from sandbox.faults.effects.call_fault import CallFault, MalformedXml
from sandbox.faults.effects.redirect_loop import RedirectLoop
from sandbox.journal import Fact
from sandbox.net.connection import Connection

if TYPE_CHECKING:
    from aiohttp import web

_METHOD = re.compile(rb"<methodName>\s*([^<]*?)\s*</methodName>")


def answer_of_call(body: bytes, request: web.BaseRequest, connection: Connection) -> web.Response | None:
    """What is answered instead of what a call of XML-RPC asks for, None if that shall be done.

    Raises ConnectionAbortedError for an effect that ended the connection.
    """
    found = _METHOD.search(body)
    method = found[1].decode("utf-8", "replace") if found else ""
    effect = connection.fault("call", method, size=len(body))
    if isinstance(effect, CallFault | MalformedXml):
        details = {"method": method, "outcome": effect.outcome}
        connection.journal.append(Fact(connection.number, "xmlrpc", "call.answered", details))
        return _response(200, effect.body, {"Content-Type": "text/xml"})
    return None if effect is None else answer_of(effect, request)


def answer_of(effect: Effect, request: web.BaseRequest) -> web.Response:
    """What is answered instead of what the request asks for.

    Raises ConnectionAbortedError for an effect that ended the connection: there is nobody to be answered.
    """
    match effect:
        case Answer():
            return _answer(effect)
        case RedirectLoop():
            return _response(effect.status, b"", {"Location": request.raw_path})
    raise ConnectionAbortedError(effect.kind)


def _answer(effect: Answer) -> web.Response:
    headers = {"Content-Type": "text/plain; charset=utf-8"} | effect.headers
    if effect.retry_after is not None:
        headers["Retry-After"] = str(effect.retry_after)
    body = (
        f"{effect.status} {effect.reason or _phrase(effect.status)}\n" if effect.body is None else effect.body
    )
    return _response(effect.status, body.encode(), headers, effect.reason)


def _response(status: int, body: bytes, headers: dict[str, str], reason: str | None = None) -> web.Response:
    from aiohttp import web

    return web.Response(status=status, reason=reason, body=body, headers=headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
