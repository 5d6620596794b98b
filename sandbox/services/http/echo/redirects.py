"""Redirects: in chains, and to wherever the client wants (RFC 9110 §15.4)."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from sandbox.services.http import answers
from sandbox.services.http.echo.asked import base_url, option
from sandbox.services.http.echo.parameters import RefusedError, field_value, whole

MAX_CHAIN = 10_000

# What a Location field may hold as it stands (RFC 3986 §2); anything else is escaped.
_URI = "%:/?#[]@!$&'()*+,;=-._~"


async def redirect(request: web.BaseRequest, n: str) -> web.StreamResponse:
    """Redirect `n` times, then to /get; with `absolute=true` to complete URLs."""
    absolute = (option(request, "absolute") or "").lower() == "true"
    return _next(request, n, absolute=absolute)


async def relative_redirect(request: web.BaseRequest, n: str) -> web.StreamResponse:
    """Redirect `n` times, to paths."""
    return _next(request, n, absolute=False)


async def absolute_redirect(request: web.BaseRequest, n: str) -> web.StreamResponse:
    """Redirect `n` times, to complete URLs."""
    return _next(request, n, absolute=True)


async def redirect_to(request: web.BaseRequest) -> web.StreamResponse:
    """Redirect to `url`, with the `status_code` if it is one of 300 to 399."""
    url = option(request, "url")
    if url is None:
        raise RefusedError("The query must say where to: ?url=")
    status = whole(option(request, "status_code") or "302", "status_code")
    return away(url, status if 300 <= status < 400 else 302)


def away(url: str, status: int = 302) -> web.Response:
    """A redirect to an URL that a client has given. Raises RefusedError for what cannot be one."""
    return answers.redirect(quote(field_value(url, "The URL"), safe=_URI), status)


def _next(request: web.BaseRequest, n: str, *, absolute: bool) -> web.Response:
    left = whole(n, "The number of redirects", least=1, most=MAX_CHAIN) - 1
    kind = "absolute" if absolute else "relative"
    path = f"/{kind}-redirect/{left}" if left else "/get"
    return away(base_url(request) + path if absolute else path)
