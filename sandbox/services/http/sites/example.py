"""example.com: the page everybody knows, and an answer to every method."""

from __future__ import annotations

import json

from aiohttp import web

from sandbox.services.http.answers import document, encoded
from sandbox.services.http.aside import aside
from sandbox.services.http.forms import parse_form, read_form
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

_BODY = """\
<h1>Example Domain</h1>
<p>Documentation may name this domain without asking anybody. Here it answers GET with this page, and other methods
with what was sent.</p>
<p><a href="https://www.iana.org/domains/example">More information...</a></p>"""


def routes(world: World) -> Routes:
    """The root, with every method, and the page behind the login of an example."""
    table = Routes()
    table.add("GET", "/", page)
    table.add("GET", "/login.html", page)
    table.add("POST PUT PATCH DELETE", "/", echo)
    return table


async def page(request: web.BaseRequest) -> web.StreamResponse:
    """The page, whatever the query is."""
    return document("Example Domain", _BODY)


async def echo(request: web.BaseRequest) -> web.StreamResponse:
    """What was sent, as JSON."""
    form = await read_form(request)
    body = await request.read()
    return await aside(len(body), lambda: _echoed(request, form, body))


def _echoed(request: web.BaseRequest, form: list[tuple[str, str]], body: bytes) -> web.StreamResponse:
    sent = {
        "method": request.method,
        "args": dict(parse_form(request.rel_url.raw_query_string)),
        "form": dict(form),
        "data": "" if form else body.decode("utf-8", "replace"),
    }
    return encoded(json.dumps(sent, ensure_ascii=False, indent=2) + "\n", "application/json", charset="utf-8")
