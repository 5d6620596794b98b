"""google.com: redirects to www, refuses POST, and shows a page with one link of each kind for a link checker."""

from __future__ import annotations

import asyncio
from functools import partial
from html import escape

from aiohttp import web

from sandbox.services.http.answers import document, failure, redirect
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

BARE = "google.com"

# Link checkers are often written with a regular expression: href is the last attribute, in double quotes, and what
# begins with an h is taken for a whole URL.
_LINKS = (
    ("absolute", "http://www.google.com/about"),
    ("over https", "https://www.google.com/about"),
    ("another host", "http://www.example.com/"),
    ("from the root", "/services"),
    ("relative", "contact.html"),
    ("without a scheme", "//www.python.org/"),
    ("moved", "/moved"),
    ("missing", "/missing"),
    ("broken", "/broken"),
    ("slow", "/slow"),
    ("no such host", "http://no-such-host.invalid/"),
    ("mail", "mailto:info@google.com"),
    ("script", "javascript:void(0)"),
    ("fragment", "#top"),
    ("the root again", "/services"),
)

_PAGES = ("/about", "/services", "/contact.html")


def routes(world: World) -> Routes:
    """The page of links and where they lead; ``/missing`` leads nowhere."""
    table = Routes()
    table.add("GET", "/", home)
    for path in _PAGES:
        table.add("GET", path, page)
    table.add("GET", "/search", page)
    table.add("GET", "/moved", moved)
    table.add("GET", "/broken", broken)
    table.add("GET", "/slow", partial(slow, world.settings.slow_page))
    return table


async def home(request: web.BaseRequest) -> web.StreamResponse:
    """The links; without www a redirect to them."""
    if request.host.partition(":")[0].lower() == BARE:
        return redirect(f"{request.scheme}://www.{BARE}{request.rel_url}", 301)
    items = "\n".join(f'<li><a class="link" href="{link}">{name}</a></li>' for name, link in _LINKS)
    return document("Google", f'<h1 id="top">Links of every kind</h1>\n<ul>\n{items}\n</ul>')


async def page(request: web.BaseRequest) -> web.StreamResponse:
    """A page that is simply there."""
    return document("Google", f"<p>This is {escape(request.path)}.</p>")


async def moved(request: web.BaseRequest) -> web.StreamResponse:
    """A redirect that ends well."""
    return redirect("/about", 301)


async def broken(request: web.BaseRequest) -> web.StreamResponse:
    """A failure on purpose."""
    return failure(500, "This page fails on purpose.")


async def slow(seconds: float, request: web.BaseRequest) -> web.StreamResponse:
    """A page that takes its time."""
    await asyncio.sleep(seconds)
    return await page(request)
