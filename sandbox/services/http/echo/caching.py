"""What caches and conditional requests need, and header fields of the client's choice (RFC 9110 §13, RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from aiohttp import web

from sandbox.dice import Dice
from sandbox.services.http.answers import http_date
from sandbox.services.http.echo.asked import header, query, single_or_list
from sandbox.services.http.echo.inspection import about, report
from sandbox.services.http.echo.parameters import RefusedError, field_value, whole

_ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"|([^,\s]+)')
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: They say where the body ends and the connection with it: not for the client to set.
_FRAMING = frozenset(
    {"connection", "content-length", "keep-alive", "transfer-encoding", "trailer", "upgrade"}
)


class Caching:
    """The endpoints below /cache. ``clock`` tells the seconds since the epoch."""

    def __init__(self, clock: Callable[[], float], dice: Dice) -> None:
        self._clock = clock
        self._dice = dice

    async def validated(self, request: web.BaseRequest) -> web.StreamResponse:
        """Like /get with `Last-Modified` and `ETag`; 304 whenever the request is conditional."""
        if "If-Modified-Since" in request.headers or "If-None-Match" in request.headers:
            return web.Response(status=304)
        response = report(about(request))
        response.headers["Last-Modified"] = http_date(self._clock())
        response.headers["ETag"] = self._dice.token("http.etag", 16)
        return response


async def aged(request: web.BaseRequest, seconds: str) -> web.StreamResponse:
    """Like /get, to be kept for so many `seconds`."""
    response = report(about(request))
    age = whole(seconds, "The number of seconds", least=0)
    response.headers["Cache-Control"] = f"public, max-age={age}"
    return response


async def tagged(request: web.BaseRequest, etag: str) -> web.StreamResponse:
    """Like /get with this `etag`; obeys `If-None-Match` (304) and `If-Match` (412)."""
    headers = {"ETag": field_value(etag, "The entity tag")}
    refused, wanted = _tags(request, "If-None-Match"), _tags(request, "If-Match")
    if refused:
        if _names(refused, etag):
            return web.Response(status=304, headers=headers)
    elif wanted and not _names(wanted, etag):
        return web.Response(status=412)
    response = report(about(request))
    response.headers.update(headers)
    return response


async def response_headers(request: web.BaseRequest) -> web.StreamResponse:
    """Every argument as a header field of the answer, which lists them in JSON."""
    pairs = query(request)
    for name, value in pairs:
        if not _FIELD_NAME.fullmatch(name):
            raise RefusedError(f"{name!a} is no name of a header field.")
        if name.lower() in _FRAMING:
            raise RefusedError(f"{name} is for the server to set.")
        field_value(value, name)
    return _settled([("Content-Type", "application/json"), *pairs])


def _settled(pairs: list[tuple[str, str]]) -> web.Response:
    """The answer names its own length, which depends on how long that number is."""
    length = 0
    while True:
        response = report(single_or_list([("Content-Length", str(length)), *pairs]))
        if len(response.body) == length:  # type: ignore[arg-type]  # octets, as report made it
            break
        length = len(response.body)  # type: ignore[arg-type]
    del response.headers["Content-Type"]
    response.headers.extend(_overridden(pairs))
    return response


def _overridden(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """A media type of the client's takes the place of ours: two of them would be none."""
    types = [value for name, value in pairs if name.lower() == "content-type"]
    yield "Content-Type", types[-1]
    yield from ((name, value) for name, value in pairs if name.lower() != "content-type")


def _tags(request: web.BaseRequest, name: str) -> list[str]:
    return [quoted or bare for quoted, bare in _ENTITY_TAG.findall(header(request, name) or "")]


def _names(tags: list[str], etag: str) -> bool:
    return "*" in tags or etag.removeprefix("W/").strip('"') in tags
