"""Answers made to measure: status codes, delays, decoded text, links, and failures now and then."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from http import HTTPStatus
from random import Random
from types import MappingProxyType
from uuid import UUID

from aiohttp import web

from sandbox.dice import Dice
from sandbox.services.http.answers import document, html, phrase
from sandbox.services.http.credentials import basic_challenge
from sandbox.services.http.echo.asked import drawn_from, option
from sandbox.services.http.echo.auth import REALM
from sandbox.services.http.echo.images import MEDIA_TYPES
from sandbox.services.http.echo.inspection import report, report_all
from sandbox.services.http.echo.parameters import RefusedError, real, seconds, whole
from sandbox.services.http.echo.redirects import away

MAX_DELAY = 10.0  # seconds
MAX_LINKS = 200

TEAPOT = r"""
         _o_
   _    /   \    _
   \\  /     \  / \
    \\|  tea  |/  |
     \|       |__/
       \_____/
"""

_HTML = "text/html; charset=utf-8"
_ELSEWHERE = {"Location": "/redirect/1"}
_FIELDS = MappingProxyType(
    {
        **dict.fromkeys((301, 302, 303, 305, 307), _ELSEWHERE),
        401: {"WWW-Authenticate": basic_challenge(REALM)},
        406: {"Content-Type": "application/json"},
        407: {"Proxy-Authenticate": basic_challenge(REALM)},
        418: {
            "Content-Type": "text/plain; charset=utf-8",
            "X-More-Info": "https://www.rfc-editor.org/rfc/rfc2324",
        },
    }
)
_BODIES = MappingProxyType(
    {
        402: "Payment is due before delivery.\n",
        406: json.dumps({"message": "The client accepts none of these media types.", "accept": MEDIA_TYPES}),
        418: TEAPOT,
    }
)


class Chance:
    """The endpoints that leave something to chance."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    async def status(self, request: web.BaseRequest, codes: str) -> web.StreamResponse:
        """The status, or one of several by weight as `200:3,500`; 100 to 199 come before a 200."""
        code = _drawn(codes, self._dice("http.status"))
        if code < 200:
            return await _interim(request, code)
        headers = {"Content-Type": _HTML} | _FIELDS.get(code, {})
        return web.Response(status=code, body=_BODIES.get(code, "").encode(), headers=headers)

    async def unstable(self, request: web.BaseRequest) -> web.StreamResponse:
        """500 with the probability `failure_rate` (0.5), else 200; the same for the same `seed`."""
        rate = real(option(request, "failure_rate") or "0.5", "failure_rate", least=0, most=1)
        drawn = drawn_from(request, self._dice("http.unstable")).random()
        return web.Response(status=500 if drawn < rate else 200, headers={"Content-Type": _HTML})

    async def uuid(self, request: web.BaseRequest) -> web.StreamResponse:
        """A random UUID."""
        octets = self._dice("http.uuid").randbytes(16)
        return report({"uuid": str(UUID(bytes=octets, version=4))})


async def delay(request: web.BaseRequest, delay: str) -> web.StreamResponse:
    """Like /anything without method and JSON, after a `delay` in seconds, 10 at the most."""
    await asyncio.sleep(min(seconds(delay, "The delay", most=float("inf")), MAX_DELAY))
    return await report_all(request, without=("json",))


async def decoded(request: web.BaseRequest, value: str) -> web.StreamResponse:
    """The text that `value` is the Base64 of, in either alphabet."""
    standard = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        content = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("This is no Base64; try c2FuZGJveA==") from None
    return web.Response(body=content, headers={"Content-Type": _HTML})


async def links(request: web.BaseRequest, n: str) -> web.StreamResponse:
    """Redirect to the first of `n` pages."""
    return away(f"/links/{_number_of_links(n)}/0")


async def linked(request: web.BaseRequest, n: str, index: str) -> web.StreamResponse:
    """One of `n` pages, with links to all the others; 200 at the most."""
    count, here = _number_of_links(n), whole(index, "The number of the page", least=0)
    anchors = (
        f"{number}" if number == here else f'<a href="/links/{count}/{number}">{number}</a>'
        for number in range(count)
    )
    return document("Links", " ".join(anchors))


def _number_of_links(n: str) -> int:
    return min(max(1, whole(n, "The number of links")), MAX_LINKS)


def _drawn(codes: str, dice: Random) -> int:
    """One of the codes, by their weights. Raises RefusedError."""
    choices = [choice.partition(":") for choice in codes.split(",")]
    found = [whole(code.strip(), "A status code", least=100, most=599) for code, _, _ in choices]
    weights = [real(weight or "1", "A weight", least=0, most=1e9) for _, _, weight in choices]
    if not any(weights):
        raise RefusedError("One of the weights must be more than 0.")
    return dice.choices(found, weights)[0]


async def _interim(request: web.BaseRequest, code: int) -> web.StreamResponse:
    """An informational response, and the final one that must follow it (RFC 9110 §15.2)."""
    if code == HTTPStatus.SWITCHING_PROTOCOLS:
        raise RefusedError("101 is for those who ask for an upgrade (RFC 9110 §15.2.2).")
    if request.version >= (1, 1):
        await request.writer.write(f"HTTP/1.1 {phrase(code)}\r\n\r\n".encode())
        request.writer.output_size = 0  # the final response has not begun
    response = html("")
    response.force_close()  # clients that take the first for the final one must not meet the second
    return response
