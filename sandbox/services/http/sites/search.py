"""searchengine.com: a search form that answers GET and POST alike."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.services.http.answers import document
from sandbox.services.http.aside import aside
from sandbox.services.http.forms import parse_form, read_form
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

_FORM = """\
<form action="/search" method="{method}"><input name="search" value="{value}"> <button>Search ({method})</button></form>
"""


def routes(world: World) -> Routes:
    """The form and its answer."""
    table = Routes()
    table.add("GET", "/", form)
    table.add("GET POST", "/search", search)
    return table


async def form(request: web.BaseRequest) -> web.StreamResponse:
    """The empty form, once for each method."""
    return document("Search", "".join(_FORM.format(method=method, value="") for method in ("get", "post")))


async def search(request: web.BaseRequest) -> web.StreamResponse:
    """The fields that came, from the query or from the body."""
    fields = parse_form(request.rel_url.raw_query_string) + await read_form(request)
    return await aside(len(await request.read()), lambda: _answer(request.method, fields))


def _answer(method: str, fields: list[tuple[str, str]]) -> web.StreamResponse:
    rows = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in fields)
    wanted = escape(dict(fields).get("search", ""))
    asked = _FORM.format(method=method.lower(), value=wanted)
    return document(f"Search by {method}", f"{asked}<p>You searched for: {wanted}</p>\n<dl>\n{rows}\n</dl>")
