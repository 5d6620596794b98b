"""What every host has: robots.txt, a site map and an icon."""

from __future__ import annotations

import struct
from functools import cache

from aiohttp import web

from sandbox.services.http.answers import encoded
from sandbox.services.http.png import picture
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

_ROBOTS = """\
User-agent: *
Disallow: /cgi-bin/
Disallow: /deny
Crawl-delay: 6
Request-rate: 3/20

Sitemap: {origin}/sitemap.xml
"""

_SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <url><loc>{origin}/</loc></url>
</urlset>
"""


def routes(world: World) -> Routes:
    """The paths that crawlers and browsers ask for unbidden."""
    table = Routes()
    table.add("GET", "/robots.txt", robots)
    table.add("GET", "/sitemap.xml", sitemap)
    table.add("GET", "/favicon.ico", favicon)
    return table


async def robots(request: web.BaseRequest) -> web.StreamResponse:
    """Rules for robots (RFC 9309), with the delays that urllib.robotparser reads."""
    return encoded(_ROBOTS.format(origin=_origin(request)), "text/plain", charset="utf-8")


async def sitemap(request: web.BaseRequest) -> web.StreamResponse:
    """The site map that robots.txt names."""
    return encoded(_SITEMAP.format(origin=_origin(request)), "application/xml", charset="utf-8")


async def favicon(request: web.BaseRequest) -> web.StreamResponse:
    """The icon browsers ask for."""
    return web.Response(body=_icon(), headers={"Content-Type": "image/vnd.microsoft.icon"})


def _origin(request: web.BaseRequest) -> str:
    return f"{request.scheme}://{request.host}"


@cache
def _icon() -> bytes:
    image = picture(0, hue=90, width=16, height=16)
    header = struct.pack("<HHH", 0, 1, 1)  # one picture, which may be a PNG
    return header + struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 24, len(image), 22) + image
