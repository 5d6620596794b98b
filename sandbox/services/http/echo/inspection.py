"""Requests, shown to those who sent them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web

from sandbox.services.http.answers import text
from sandbox.services.http.aside import aside
from sandbox.services.http.echo import asked
from sandbox.services.http.echo.body import Body, understood


def report(facts: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """An answer in JSON, sorted by name and indented."""
    try:
        shown = json.dumps(facts, indent=2, sort_keys=True)
    except RecursionError:  # the client's JSON is nested deeper than we can write
        shown = json.dumps({**facts, "json": None}, indent=2, sort_keys=True)
    return web.Response(
        body=f"{shown}\n".encode(), status=status, headers={"Content-Type": "application/json"}
    )


def about(request: web.BaseRequest) -> dict[str, Any]:
    """What is known of a request before its body."""
    return {
        "args": asked.single_or_list(asked.query(request)),
        "headers": asked.headers(request),
        "origin": asked.origin(request),
        "url": asked.url(request),
    }


async def report_all(
    request: web.BaseRequest, *, more: Mapping[str, Any] | None = None, without: Collection[str] = ()
) -> web.Response:
    """What is known of a request with its body, some more facts, and not those named in ``without``."""
    facts = about(request) | dict(more or {})
    content, content_type = await request.read(), request.headers.get("Content-Type", "")

    def work() -> web.Response:
        whole = facts | _told(understood(content, content_type))
        return report({name: fact for name, fact in whole.items() if name not in without})

    return await aside(len(content), work)


def _told(body: Body) -> dict[str, Any]:
    return {
        "data": body.data,
        "files": asked.single_or_list(body.files),
        "form": asked.single_or_list(body.form),
        "json": body.json,
    }


async def get(request: web.BaseRequest) -> web.StreamResponse:
    """Arguments, header fields, origin and URL of the request."""
    return report(about(request))


async def with_body(request: web.BaseRequest) -> web.StreamResponse:
    """Like /get, and the body: `data`, `form`, `files`, `json`."""
    return await report_all(request)


async def anything(request: web.BaseRequest, rest: str = "") -> web.StreamResponse:
    """Like /post, and the method; for every path below."""
    return await report_all(request, more={"method": request.method})


async def head(request: web.BaseRequest) -> web.StreamResponse:
    """The header fields of /get, and no body."""
    return report(about(request))


async def headers(request: web.BaseRequest) -> web.StreamResponse:
    """The header fields; with `show_env` also those that proxies add."""
    return report({"headers": asked.headers(request)})


async def address(request: web.BaseRequest) -> web.StreamResponse:
    """The address of the client."""
    return report({"origin": asked.origin(request)})


async def user_agent(request: web.BaseRequest) -> web.StreamResponse:
    """The name the client gives itself."""
    return report({"user-agent": asked.header(request, "User-Agent")})


async def upload(request: web.BaseRequest) -> web.StreamResponse:
    """How many octets the body had; nothing of it is kept."""
    received = 0
    async for block in request.content.iter_any():
        received += len(block)
    return report(about(request) | {"bytes_received": received})


async def dump(request: web.BaseRequest) -> web.StreamResponse:
    """The request as it was written: order and case of the fields are kept."""
    major, minor = request.version
    lines = [f"{request.method} {request.raw_path} HTTP/{major}.{minor}".encode("utf-8", "surrogateescape")]
    lines += [name + b": " + value for name, value in request.raw_headers]
    content = b"\r\n".join([*lines, b"", await request.read()])
    response = text("")
    response.body = content
    return response
