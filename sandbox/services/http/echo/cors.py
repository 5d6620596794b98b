"""Scripts of other sites may use the endpoints (Fetch Standard §3.2, "HTTP CORS protocol")."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

METHODS = "GET, POST, PUT, DELETE, PATCH, OPTIONS"
MAX_AGE = 3600  # seconds a browser may remember the answer to its preflight


def sharing(request: web.BaseRequest) -> dict[str, str]:
    """The fields every answer has."""
    origin = request.headers.get("Origin", "*")
    return {
        "Access-Control-Allow-Origin": origin if origin.isprintable() else "*",
        "Access-Control-Allow-Credentials": "true",
    }


def preflight(request: web.BaseRequest, allowed: Sequence[str]) -> web.Response:
    """The answer to OPTIONS, whether a browser or a person asks."""
    fields = sharing(request) | {
        "Allow": ", ".join(allowed),
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Max-Age": str(MAX_AGE),
    }
    asked = request.headers.get("Access-Control-Request-Headers")
    if asked is not None and asked.isprintable():
        fields["Access-Control-Allow-Headers"] = asked
    return web.Response(headers=fields)
