"""www.python.org: a page whose first hundred octets are ASCII and whose rest is not."""

from __future__ import annotations

from aiohttp import web

from sandbox.services.http.answers import html
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

# Scripts read the first 100 octets and decode them: no character may be cut in two there.
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Welcome to Python.org, as the sandbox shows it</title>
<meta name="description" content="A stand-in for the home page of the Python programming language">
</head>
<body>
<h1>Python</h1>
<p>This page stands in for the real one, so that scripts which read it work without the internet.</p>
<p>Read the <a href="/docs/">documentation</a> or go <a href="https://www.python.org/downloads/">to the downloads</a>.</p>
<p>Приветствуем изучающих Python — 欢迎 — ¡Bienvenidos! — Καλώς ήρθατε</p>
<pre>&gt;&gt;&gt; print("Hello, world!")
Hello, world!</pre>
</body>
</html>
"""


def routes(world: World) -> Routes:
    """The home page, and the two it links to."""
    table = Routes()
    for path in ("/", "/docs/", "/downloads/", "/about/"):
        table.add("GET", path, page)
    return table


async def page(request: web.BaseRequest) -> web.StreamResponse:
    """The same page for each of them."""
    return html(_PAGE)
