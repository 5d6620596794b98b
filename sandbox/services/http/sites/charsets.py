"""The same page in several charsets, and a form whose fields may come in any of them."""

from __future__ import annotations

from functools import partial
from html import escape

from aiohttp import web

from sandbox.services.http.answers import html
from sandbox.services.http.aside import aside
from sandbox.services.http.forms import parse_form, read_form
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

CHARSETS = ("utf-8", "windows-1251", "koi8-r", "utf-16")

_PAGE = """\
<!doctype html>
<html lang="ru">
<head>
<title>Кодировка {charset}</title>
</head>
<body>
<h1>Кодировка {charset}</h1>
<p>Съешь ещё этих мягких французских булок, да выпей же чаю.</p>
</body>
</html>
"""


def routes(world: World) -> Routes:
    """One page for each charset, and the form."""
    table = Routes()
    for charset in CHARSETS:
        table.add("GET", f"/charsets/{charset}", partial(page, charset))
    table.add("GET POST", "/charsets/form", form)
    return table


async def page(charset: str, request: web.BaseRequest) -> web.StreamResponse:
    """The page; the charset stands in the Content-Type alone."""
    return html(_PAGE.format(charset=charset), charset=charset)


async def form(request: web.BaseRequest) -> web.StreamResponse:
    """The fields that came, whatever their charset was, in UTF-8."""
    fields = parse_form(request.rel_url.raw_query_string) + await read_form(request)
    return await aside(len(await request.read()), lambda: _table(fields))


def _table(fields: list[tuple[str, str]]) -> web.StreamResponse:
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>\n" for name, value in fields)
    return html(
        f'<!doctype html>\n<html lang="ru">\n<title>Форма</title>\n<table>\n{rows}</table>\n</html>\n'
    )
