"""Parts of a representation, and conditions on it (RFC 9110 §13, §14)."""

from __future__ import annotations

from itertools import cycle, islice
from string import ascii_lowercase

from aiohttp import web

from sandbox.services.http.answers import failure
from sandbox.services.http.echo.asked import option
from sandbox.services.http.echo.parameters import seconds, whole
from sandbox.services.http.echo.streams import MAX_OCTETS, pieces, send
from sandbox.services.http.ranges import ByteRange, UnsatisfiableError, parse_range


async def alphabet(request: web.BaseRequest, n: str) -> web.StreamResponse:
    """`n` octets, a to z over and over, with ranges; spread over `duration` seconds in pieces of `chunk_size`."""
    size = whole(n, "The number of octets")
    headers = {"ETag": f"range{size}", "Accept-Ranges": "bytes"}
    if not 1 <= size <= MAX_OCTETS:
        return failure(404, f"There are from 1 to {MAX_OCTETS} octets.", headers=headers)
    try:
        part = _part(request, size)
    except UnsatisfiableError:
        return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    whole_body = ByteRange(0, size, size)
    wanted = part or whole_body
    headers |= {"Content-Type": "application/octet-stream", "Content-Length": str(len(wanted))}
    if part is not None:
        headers["Content-Range"] = part.content_range
    chunk = max(1, whole(option(request, "chunk_size") or str(size), "chunk_size"))
    duration = seconds(option(request, "duration") or "0", "duration")
    content = bytes(islice(cycle(ascii_lowercase.encode()), wanted.start, wanted.stop))
    blocks = list(pieces(content, chunk))
    pause = duration / len(blocks)
    return await send(request, headers, blocks, status=206 if part else 200, pause=pause)


def _part(request: web.BaseRequest, size: int) -> ByteRange | None:
    if request.headers.get("If-Range", f"range{size}").strip('"') != f"range{size}":
        return None
    return parse_range(request.headers.get("Range"), size)
