"""The table of all endpoints that echo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from aiohttp import web

from sandbox.dice import Dice
from sandbox.services.http.answers import failure
from sandbox.services.http.echo import (
    auth,
    compression,
    documents,
    dynamic,
    images,
    inspection,
    ranges,
    redirects,
    streams,
)
from sandbox.services.http.echo.caching import Caching, aged, response_headers, tagged
from sandbox.services.http.echo.cookies import Cookies
from sandbox.services.http.echo.cors import preflight, sharing
from sandbox.services.http.echo.digest import Digest
from sandbox.services.http.echo.parameters import RefusedError
from sandbox.services.http.routing import Handler, Routes
from sandbox.services.http.world import World
from sandbox.stores.recall import Recall

ALL = "GET POST PUT DELETE PATCH TRACE"


class Endpoint(NamedTuple):
    """Methods and a path template lead to a handler; the first line of its docstring describes the endpoint."""

    methods: str
    template: str
    handler: Handler


def endpoints(
    clock: Callable[[], float], dice: Dice | None = None, recall: Recall | None = None
) -> Sequence[Endpoint]:
    """All endpoints, in the order of the documentation. ``clock`` tells the seconds since the epoch."""
    dice = dice or Dice()
    cookies = Cookies(clock)
    caching = Caching(clock, dice)
    digest = Digest(dice, recall or Recall())
    chance = dynamic.Chance(dice)
    octets = streams.Octets(dice)
    return [
        Endpoint(*row)
        for row in (
            ("GET", "/get", inspection.get),
            ("POST", "/post", inspection.with_body),
            ("PUT", "/put", inspection.with_body),
            ("PATCH", "/patch", inspection.with_body),
            ("DELETE", "/delete", inspection.with_body),
            ("HEAD", "/head", inspection.head),
            (ALL, "/anything", inspection.anything),
            (ALL, "/anything/{rest*}", inspection.anything),
            ("GET", "/headers", inspection.headers),
            ("GET", "/ip", inspection.address),
            ("GET", "/user-agent", inspection.user_agent),
            ("POST PUT PATCH", "/upload", inspection.upload),
            ("GET POST PUT DELETE PATCH", "/dump/request", inspection.dump),
            (ALL, "/status/{codes}", chance.status),
            (ALL, "/delay/{delay}", dynamic.delay),
            ("GET POST PUT DELETE PATCH", "/unstable", chance.unstable),
            ("GET", "/uuid", chance.uuid),
            ("GET", "/base64/{value*}", dynamic.decoded),
            ("GET", "/links/{n}", dynamic.links),
            ("GET", "/links/{n}/{index}", dynamic.linked),
            ("GET", "/redirect/{n}", redirects.redirect),
            ("GET", "/relative-redirect/{n}", redirects.relative_redirect),
            ("GET", "/absolute-redirect/{n}", redirects.absolute_redirect),
            (ALL, "/redirect-to", redirects.redirect_to),
            ("GET", "/cookies", cookies.show),
            ("GET", "/cookies/set", cookies.set_all),
            ("GET", "/cookies/set/{name}/{value}", cookies.set_one),
            ("GET", "/cookies/delete", cookies.delete),
            ("GET", "/basic-auth/{user}/{password}", auth.basic),
            ("GET", "/hidden-basic-auth/{user}/{password}", auth.hidden_basic),
            ("GET", "/bearer", auth.bearer),
            ("GET", "/digest-auth/{qop}/{user}/{password}", digest.answer),
            ("GET", "/digest-auth/{qop}/{user}/{password}/{algorithm}", digest.answer),
            ("GET", "/digest-auth/{qop}/{user}/{password}/{algorithm}/{stale_after}", digest.answer),
            ("GET", "/bytes/{n}", octets.at_once),
            ("GET", "/stream-bytes/{n}", octets.chunked),
            ("GET", "/stream/{n}", streams.lines),
            ("GET", "/drip", streams.drip),
            ("GET", "/sse", streams.server_sent_events),
            ("GET", "/jsonl", streams.json_lines),
            ("GET", "/range/{n}", ranges.alphabet),
            ("GET", "/cache", caching.validated),
            ("GET", "/cache/{seconds}", aged),
            ("GET", "/etag/{etag}", tagged),
            ("GET POST", "/response-headers", response_headers),
            ("GET", "/gzip", compression.gzipped),
            ("GET", "/deflate", compression.deflated),
            ("GET", "/brotli", compression.brotli),
            ("GET", "/html", documents.html),
            ("GET", "/json", documents.json),
            ("GET", "/xml", documents.xml),
            ("GET", "/encoding/utf8", documents.utf8),
            ("GET", "/forms/post", documents.form),
            ("GET", "/robots.txt", documents.robots),
            ("GET", "/deny", documents.deny),
            ("GET", "/image", images.any_image),
            ("GET", "/image/png", images.png),
            ("GET", "/image/jpeg", images.jpeg),
            ("GET", "/image/webp", images.webp),
            ("GET", "/image/svg", images.svg),
        )
    ]


def routes(world: World) -> Routes:
    """The endpoints as a route table, open to scripts of other sites."""
    table = Routes()
    context = world.context
    for methods, template, handler in endpoints(context.clock, context.dice, context.recall):
        table.add(methods, template, partial(_shared, handler))
        allowed = [*methods.split(), *(["HEAD"] if "GET" in methods.split() else []), "OPTIONS"]
        table.add("OPTIONS", template, partial(_preflight, allowed))
    return table


async def _shared(handler: Handler, request: web.BaseRequest, **parts: str) -> web.StreamResponse:
    try:
        response = await handler(request, **parts)
    except RefusedError as error:
        response = failure(error.status, error.reason)
    if not response.prepared:
        response.headers.update(sharing(request))
    return response


async def _preflight(allowed: Sequence[str], request: web.BaseRequest, **parts: str) -> web.StreamResponse:
    return preflight(request, allowed)
