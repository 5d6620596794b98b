"""What faults do to a request of HTTP, whichever service it came to."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from sandbox.faults.effects import Effect
from sandbox.faults.effects.answer import Answer
from sandbox.faults.effects.redirect_loop import RedirectLoop

if TYPE_CHECKING:
    from aiohttp import web


def answer_of(effect: Effect, request: web.BaseRequest) -> web.Response:
    """What is answered instead of what the request asks for.

    Raises ConnectionAbortedError for an effect that ended the connection: there is nobody to be answered.
    """
    match effect:
        case Answer():
            return _answer(effect)
        case RedirectLoop():
            return _response(effect.status, "", {"Location": request.raw_path})
    raise ConnectionAbortedError(effect.kind)


def _answer(effect: Answer) -> web.Response:
    headers = {"Content-Type": "text/plain; charset=utf-8"} | effect.headers
    if effect.retry_after is not None:
        headers["Retry-After"] = str(effect.retry_after)
    body = (
        f"{effect.status} {effect.reason or _phrase(effect.status)}\n" if effect.body is None else effect.body
    )
    return _response(effect.status, body, headers, effect.reason)


def _response(status: int, body: str, headers: dict[str, str], reason: str | None = None) -> web.Response:
    from aiohttp import web

    return web.Response(status=status, reason=reason, body=body.encode(), headers=headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
