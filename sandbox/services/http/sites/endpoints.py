"""The front page of httpbin.org: what its endpoints do."""

from __future__ import annotations

from html import escape
from inspect import getdoc

from aiohttp import web

from sandbox.services.http.answers import document
from sandbox.services.http.echo.routes import Endpoint, endpoints
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World


def routes(world: World) -> Routes:
    """The front page at the root."""
    rows = "\n".join(map(_row, endpoints(world.context.clock)))
    body = f"<h1>Endpoints that echo</h1>\n<ul>\n{rows}\n</ul>"

    async def show(_: web.BaseRequest) -> web.StreamResponse:
        return document("Endpoints that echo", body)

    table = Routes()
    table.add("GET", "/", show)
    return table


def _row(endpoint: Endpoint) -> str:
    does = (getdoc(endpoint.handler) or "").partition("\n")[0]
    path = escape(endpoint.template.replace("*}", "}"))
    return f"<li>{endpoint.methods} <code>{path}</code> — {escape(does)}</li>"
