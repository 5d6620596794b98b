"""ru.wikipedia.org: an article under every title."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.services.http.answers import document, redirect
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

_ARTICLES = {
    "HTTP": "HTTP (англ. HyperText Transfer Protocol) — протокол, по которому программа просит у сервера документ и "
    "получает его вместе с заголовками. Запрос и ответ можно прочитать глазами: это строки текста.",
}
_NO_ARTICLE = "Здесь могла бы быть статья на эту тему."


def routes(world: World) -> Routes:
    """The articles, and a main page that leads to one."""
    table = Routes()
    table.add("GET", "/", main_page)
    table.add("GET", "/wiki/{title*}", article)
    return table


async def main_page(request: web.BaseRequest) -> web.StreamResponse:
    """A redirect, as the real one has it."""
    return redirect("/wiki/HTTP", 301)


async def article(request: web.BaseRequest, title: str) -> web.StreamResponse:
    """An article in Russian."""
    shown = escape(title.replace("_", " "))
    return document(f"{title} — Википедия", f"<h1>{shown}</h1>\n<p>{_ARTICLES.get(title, _NO_ARTICLE)}</p>")
