"""python.onego.ru: a page of exactly 4291 octets in windows-1251, from a server of 2005."""

from __future__ import annotations

from functools import cache

from aiohttp import web

from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

SIZE = 4291  # octets
CHARSET = "windows-1251"

_HEAD = """\
<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html>
<head>
<title>Язык программирования Python</title>
<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">
</head>
<body>
<h1>Язык программирования Python</h1>
<p>Эта страница закодирована так, как кодировали русские страницы в 2005 году.</p>
<ul>
"""
_TAIL = "</ul>\n</body>\n</html>\n"


def routes(world: World) -> Routes:
    """The one page."""
    table = Routes()
    table.add("GET", "/", page)
    return table


async def page(request: web.BaseRequest) -> web.StreamResponse:
    """The page, with a Content-Length as old servers sent it."""
    return web.Response(body=_page(), headers={"Content-Type": f"text/html; charset={CHARSET}"})


@cache
def _page() -> bytes:
    left = SIZE - len(_HEAD) - len(_TAIL)
    items = ""
    number = 1
    while (
        len(item := f"<li>Новость № {number}: вышла ещё одна статья о Python.</li>\n")
        <= left - len(items) - 9
    ):
        items += item
        number += 1
    filling = " " * (left - len(items))
    return (_HEAD + items + filling + _TAIL).encode(CHARSET)
