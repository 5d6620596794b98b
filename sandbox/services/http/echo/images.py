"""One picture in four formats; which one, the client may say (RFC 9110 §12.5.1)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

from aiohttp import web

from sandbox.services.http.echo.asked import header
from sandbox.services.http.echo.inspection import report

_FILES = MappingProxyType(
    {
        "image/webp": "lighthouse.webp",
        "image/svg+xml": "lighthouse.svg",
        "image/jpeg": "lighthouse.jpeg",
        "image/png": "lighthouse.png",
    }
)
#: What is offered, best first.
MEDIA_TYPES = (*_FILES, "image/*")


async def any_image(request: web.BaseRequest) -> web.StreamResponse:
    """The picture in the format the `Accept` field names, else PNG; 406 if it accepts none."""
    accepted = (header(request, "Accept") or "*/*").lower()
    for media_type in _FILES:
        if media_type in accepted:
            return _picture(media_type)
    if "image/*" in accepted or "*/*" in accepted:
        return _picture("image/png")
    return report({"message": "None of these media types is accepted.", "accept": MEDIA_TYPES}, status=406)


async def png(request: web.BaseRequest) -> web.StreamResponse:
    """The picture as PNG."""
    return _picture("image/png")


async def jpeg(request: web.BaseRequest) -> web.StreamResponse:
    """The picture as JPEG."""
    return _picture("image/jpeg")


async def webp(request: web.BaseRequest) -> web.StreamResponse:
    """The picture as WebP."""
    return _picture("image/webp")


async def svg(request: web.BaseRequest) -> web.StreamResponse:
    """The picture as SVG."""
    return _picture("image/svg+xml")


def _picture(media_type: str) -> web.Response:
    return web.Response(body=_octets(_FILES[media_type]), headers={"Content-Type": media_type})


@cache
def _octets(name: str) -> bytes:
    return (Path(__file__).with_name("pictures") / name).read_bytes()
