"""Answers that come piece by piece, and octets that mean nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from random import Random

from aiohttp import web

from sandbox.dice import Dice
from sandbox.services.http.answers import Streamed
from sandbox.services.http.echo.asked import drawn_from, option
from sandbox.services.http.echo.cors import sharing
from sandbox.services.http.echo.inspection import about
from sandbox.services.http.echo.parameters import seconds, whole

MAX_LINES = 100
MAX_OCTETS = 100 * 1024
MAX_DRIP = 10 * 1024 * 1024
BLOCK = 10 * 1024  # octets of a piece if the client does not say
TICK = 0.01  # seconds between two pieces at the least

_OCTETS = "application/octet-stream"


async def lines(request: web.BaseRequest, n: str) -> web.StreamResponse:
    """The request, `n` times as a line of JSON, chunked; 100 at the most."""
    facts = about(request)
    shown = {name: facts[name] for name in ("url", "args", "headers", "origin")}
    count = min(whole(n, "The number of lines", least=0), MAX_LINES)
    blocks = (json.dumps(shown | {"id": number}).encode() + b"\n" for number in range(count))
    return await send(request, {"Content-Type": "application/json"}, blocks)


class Octets:
    """The endpoints of octets that mean nothing."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    async def at_once(self, request: web.BaseRequest, n: str) -> web.StreamResponse:
        """`n` random octets, 102,400 at the most; the same ones for the same `seed`."""
        return web.Response(body=self._random(request, n), headers={"Content-Type": _OCTETS})

    async def chunked(self, request: web.BaseRequest, n: str) -> web.StreamResponse:
        """Like /bytes, but chunked: `chunk_size` octets each."""
        size = max(1, whole(option(request, "chunk_size") or str(BLOCK), "chunk_size"))
        return await send(request, {"Content-Type": _OCTETS}, pieces(self._random(request, n), size))

    def _random(self, request: web.BaseRequest, n: str) -> bytes:
        count = min(whole(n, "The number of octets", least=0), MAX_OCTETS)
        return random_octets(count, drawn_from(request, self._dice("http.bytes")))


async def drip(request: web.BaseRequest) -> web.StreamResponse:
    """After `delay` seconds answer `code`, then `numbytes` octets spread over `duration` seconds."""
    count = whole(option(request, "numbytes") or "10", "numbytes", least=1)
    count = min(count, MAX_DRIP)
    code = whole(option(request, "code") or "200", "code", least=200, most=599)
    duration = _seconds(request, "duration", "2")
    await asyncio.sleep(_seconds(request, "delay", "0"))
    if code in (204, 304):  # these have no body (RFC 9110 §6.4.1)
        return web.Response(status=code)
    number = min(count, max(1, int(duration / TICK))) if duration else -(-count // BLOCK)
    headers = {"Content-Type": _OCTETS, "Content-Length": str(count)}
    blocks = pieces(b"*" * count, -(-count // number))
    return await send(request, headers, blocks, status=code, pause=duration / number)


async def server_sent_events(request: web.BaseRequest) -> web.StreamResponse:
    """`count` events of a text/event-stream within `duration` seconds, after `delay` seconds."""
    return await _events(request, "text/event-stream", "event: ping\nid: {0}\ndata: {1}\n\n")


async def json_lines(request: web.BaseRequest) -> web.StreamResponse:
    """`count` lines of JSON within `duration` seconds, after `delay` seconds."""
    return await _events(request, "application/x-ndjson", "{1}\n")


async def send(
    request: web.BaseRequest,
    headers: Mapping[str, str],
    blocks: Iterable[bytes],
    *,
    status: int = 200,
    pause: float = 0.0,
) -> web.StreamResponse:
    """Send blocks with ``pause`` seconds between them; a client that leaves ends it."""
    response = Streamed(status=status, headers={**headers, **sharing(request)})
    await response.prepare(request)
    if request.method != "HEAD":
        for number, block in enumerate(blocks):
            if number:
                await asyncio.sleep(pause)
            await response.write(block)
    return response


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    """The content cut into pieces of ``size`` octets."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def random_octets(count: int, dice: Random) -> bytes:
    """Octets as ``dice.randint(0, 255)`` draws them, without its detours."""
    draw = dice.getrandbits
    nine_bits = iter(partial(draw, 9), None)
    return bytes(islice((bits for bits in nine_bits if bits < 256), count))


async def _events(request: web.BaseRequest, media_type: str, template: str) -> web.StreamResponse:
    count = whole(option(request, "count") or "10", "count", least=1, most=MAX_LINES)
    duration = _seconds(request, "duration", "1")
    await asyncio.sleep(_seconds(request, "delay", "0"))
    facts = ((number, json.dumps({"id": number, "of": count})) for number in range(count))
    blocks = (template.format(number, shown).encode() for number, shown in facts)
    headers = {"Content-Type": media_type, "Cache-Control": "no-store"}
    return await send(request, headers, blocks, pause=duration / count)


def _seconds(request: web.BaseRequest, name: str, default: str) -> float:
    return seconds(option(request, name) or default, name)
