"""Redirects of every kind, below ``/redirects/``."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from sandbox.services.http.answers import document, redirect
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

STATUSES = (301, 302, 303, 307, 308)

_LANDING = "/redirects/landing"


def routes(world: World) -> Routes:
    """One path for each status and each peculiarity."""
    table = Routes()
    everything = "GET POST PUT PATCH DELETE"
    for status in STATUSES:
        table.add(everything, f"/redirects/{status}", partial(send_to, _LANDING, status))
    table.add(everything, "/redirects/relative", partial(send_to, "landing", 302))
    table.add(everything, "/redirects/absolute", absolute)
    table.add(everything, "/redirects/fragment", partial(send_to, f"{_LANDING}#second", 302))
    table.add(everything, "/redirects/loop", partial(send_to, "/redirects/loop", 302))
    table.add(everything, _LANDING, landing)
    return table


async def send_to(location: str, status: int, request: web.BaseRequest) -> web.StreamResponse:
    """A redirect to a place that was settled beforehand."""
    return redirect(location, status)


async def absolute(request: web.BaseRequest) -> web.StreamResponse:
    """A redirect to a complete URL on the host that was asked."""
    return redirect(f"{request.scheme}://{request.host}{_LANDING}")


async def landing(request: web.BaseRequest) -> web.StreamResponse:
    """Where they all lead; tells the method that arrived, and has a place for the fragment."""
    body = await request.read()
    told = f"<p>Method: {request.method}</p>\n<p>Octets of the body: {len(body)}</p>"
    return document("Landing", f'<h1>You have arrived</h1>\n{told}\n<h2 id="second">The second part</h2>')
