"""Answers in a content coding, whether the client accepts it or not (RFC 9110 §8.4)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from importlib import import_module

from aiohttp import web

from sandbox.services.http.echo import asked
from sandbox.services.http.echo.inspection import report
from sandbox.services.http.echo.parameters import RefusedError


async def gzipped(request: web.BaseRequest) -> web.StreamResponse:
    """JSON, coded as gzip."""
    return _coded(request, "gzipped", "gzip", gzip.compress)


async def deflated(request: web.BaseRequest) -> web.StreamResponse:
    """JSON, coded as deflate: the zlib format of RFC 1950, as RFC 9110 has it."""
    return _coded(request, "deflated", "deflate", zlib.compress)


async def brotli(request: web.BaseRequest) -> web.StreamResponse:
    """JSON, coded as br; 501 unless a brotli package is installed."""
    return _coded(request, "brotli", "br", _brotli())


def _coded(
    request: web.BaseRequest, flag: str, coding: str, compress: Callable[[bytes], bytes]
) -> web.StreamResponse:
    facts = {"headers": asked.headers(request), "origin": asked.origin(request), "method": request.method}
    response = report(facts | {flag: True})
    assert isinstance(response.body, bytes)
    response.body = compress(response.body)
    response.headers["Content-Encoding"] = coding
    return response


def _brotli() -> Callable[[bytes], bytes]:
    for name in ("brotli", "brotlicffi"):
        try:
            compress: Callable[[bytes], bytes] = import_module(name).compress
        except ImportError:
            continue
        return compress
    raise RefusedError("Brotli needs the package brotli: pip install brotli", status=501)
