"""Downloads of a known size, generated as they are sent: with a length or without, at a pace, broken off."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from sandbox.services.http.answers import BLOCK, Streamed, UntilClose, stream
from sandbox.services.http.forms import parse_form
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

SIZE = 6_952_309  # octets of a package

_LEAD = b"\xed\xab\xee\xdb\x03\x00"  # what every RPM file begins with
_PATTERN = bytes(range(256)) * (BLOCK // 256)
_PARTS_PER_SECOND = 10  # blocks at the most in a second of a paced download


def routes(world: World) -> Routes:
    """Every path that ends with ``.rpm``."""
    table = Routes()
    table.add("GET", "/{path*}.rpm", Downloads(world.settings.download_pace).send)
    return table


class Downloads:
    """Sends packages; ``pace`` is in octets per second, 0 for no limit.

    The query may ask for another ``size``, another ``pace``, for ``length=chunked`` or ``length=close`` instead of a
    Content-Length, and with ``stop=N`` for a connection that breaks off after N octets.
    """

    def __init__(self, pace: int) -> None:
        self._pace = pace

    async def send(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """One package."""
        query = dict(parse_form(request.rel_url.raw_query_string))
        size = _number(query.get("size"), SIZE)
        pace = _number(query.get("pace"), self._pace)
        block = max(1, min(BLOCK, pace // _PARTS_PER_SECOND)) if pace else BLOCK
        response = _response(query.get("length", ""), size)
        content = _content(min(size, _number(query.get("stop"), size)), block)
        return await stream(request, response, content, pace=pace)


def _response(length: str, size: int) -> Streamed:
    headers = {"Content-Type": "application/x-rpm"}
    if length == "close":
        return UntilClose(headers=headers)
    return Streamed(headers=headers if length == "chunked" else headers | {"Content-Length": str(size)})


def _content(size: int, block: int) -> Iterator[bytes]:
    sent = 0
    while sent < size:
        count = min(block, size - sent, BLOCK - sent % BLOCK)
        start = sent % BLOCK
        data = _PATTERN[start : start + count]
        yield (_LEAD + data[len(_LEAD) :])[:count] if sent == 0 else data
        sent += count


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) <= 12 else default
