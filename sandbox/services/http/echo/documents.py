"""Documents that never change, one of each kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aiohttp import web


async def html(request: web.BaseRequest) -> web.StreamResponse:
    """A page of HTML."""
    return _document("page.html", "text/html; charset=utf-8")


async def json(request: web.BaseRequest) -> web.StreamResponse:
    """A document of JSON."""
    return _document("document.json", "application/json")


async def xml(request: web.BaseRequest) -> web.StreamResponse:
    """A document of XML."""
    return _document("document.xml", "application/xml")


async def robots(request: web.BaseRequest) -> web.StreamResponse:
    """Rules for robots (RFC 9309): they may not read /deny."""
    return _document("robots.txt", "text/plain")


async def deny(request: web.BaseRequest) -> web.StreamResponse:
    """The page that robots may not read."""
    return _document("deny.txt", "text/plain")


async def utf8(request: web.BaseRequest) -> web.StreamResponse:
    """A page in many scripts, in UTF-8."""
    return _document("utf8.html", "text/html; charset=utf-8")


async def form(request: web.BaseRequest) -> web.StreamResponse:
    """A form that posts to /post."""
    return _document("form.html", "text/html; charset=utf-8")


def _document(name: str, content_type: str) -> web.Response:
    return web.Response(body=_octets(name), headers={"Content-Type": content_type})


@cache
def _octets(name: str) -> bytes:
    return (Path(__file__).with_name("texts") / name).read_bytes()
