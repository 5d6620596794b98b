"""The HTTP around the calls: which paths, which methods, packed or not."""

from __future__ import annotations

from aiohttp import web

from sandbox.net.web_faults import answer_of_call
from sandbox.net.web_protocol import connection_of
from sandbox.services.xmlrpc.calls import Calls
from sandbox.services.xmlrpc.documentation import page

PATHS = ("/", "/RPC2")


class Endpoint:
    """Answers HTTP requests: POST is a call, GET the documentation."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to one request; faults have status 200 as all answers to calls."""
        if request.path not in PATHS:
            return web.Response(status=404, text="No such page")
        if request.method == "POST":
            return await self._call(request)
        if request.method in ("GET", "HEAD"):
            return web.Response(text=page(self._calls.dispatcher), content_type="text/html")
        return web.Response(status=405, headers={"Allow": "GET, HEAD, POST"}, text="Call methods by POST")

    async def _call(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            body = await request.read()
        except web.RequestPayloadError:
            return web.Response(status=400, text="The body cannot be unpacked")
        connection = connection_of(request)
        if (instead := answer_of_call(body, request, connection)) is not None:
            return instead
        octets, packed = await self._calls.answer_packed(body, connection.number, pack=_accepts_gzip(request))
        headers = {"Content-Encoding": "gzip"} if packed else {}
        return web.Response(body=octets, content_type="text/xml", headers=headers)


def _accepts_gzip(request: web.BaseRequest) -> bool:
    for coding in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, quality = coding.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "").rstrip("0.") != "q="
    return False
