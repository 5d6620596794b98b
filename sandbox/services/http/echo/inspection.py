"""Requests, shown to those who sent them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web

from sandbox.services.http.answers import Streamed, stream, text
from sandbox.services.http.aside import aside
from sandbox.services.http.echo import asked
from sandbox.services.http.echo.body import Body, understood
from sandbox.services.http.echo.writing import blocks, written


def report(facts: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """An answer in JSON, sorted by name and indented."""
    return web.Response(
        body=b"".join(_blocks(facts)), status=status, headers={"Content-Type": "application/json"}
    )


def _blocks(facts: Mapping[str, Any]) -> list[bytes]:
    try:
        return [*blocks(written(facts))]
    except RecursionError:  # the client's JSON is nested deeper than we can write
        return [*blocks(written({**facts, "json": None}))]


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
) -> web.StreamResponse:
    """What is known of a request with its body, some more facts, and not those named in ``without``."""
    facts = about(request) | dict(more or {})
    content, content_type = await request.read(), request.headers.get("Content-Type", "")

    def work() -> list[bytes]:
        whole = facts | _told(understood(content, content_type))
        return _blocks({name: fact for name, fact in whole.items() if name not in without})

    told = await aside(len(content), work)
    headers = {"Content-Type": "application/json"}
    if len(told) == 1:
        return web.Response(body=told[0], headers=headers)
    response = Streamed(headers=headers)
    response.content_length = sum(map(len, told))
    return await stream(request, response, told)


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
