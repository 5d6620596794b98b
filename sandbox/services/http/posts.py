"""Bodies that another service understands: XML-RPC calls, posted to any path (xmlrpc.com/spec, "Request format")."""

from __future__ import annotations

from aiohttp import web

from sandbox.net.web_faults import answer_of_call
from sandbox.net.web_protocol import connection_of
from sandbox.service import PostHandlers
from sandbox.services.http.answers import failure
from sandbox.services.http.forms import media_type

#: Where clients post calls unless told otherwise; there they go before the pages of a site.
CALL_PATHS = ("/", "/RPC2")

_XML = "text/xml"
_TYPES = (_XML, "application/xml")


def is_call(request: web.BaseRequest) -> bool:
    """Whether the request looks like an XML-RPC call."""
    return request.method == "POST" and media_type(request) in _TYPES


def has_handler(posts: PostHandlers) -> bool:
    """Whether some service takes such calls."""
    return _XML in posts.by_type


async def answer_call(posts: PostHandlers, request: web.BaseRequest) -> web.StreamResponse:
    """Hand the body over and send what comes back."""
    if not has_handler(posts):
        return failure(415, "No service here takes XML-RPC calls.")
    connection, call = connection_of(request), await request.read()
    if posts.max_body and len(call) > posts.max_body:
        return failure(413, f"A call has {posts.max_body} octets at the most.")
    if (instead := answer_of_call(call, request, connection)) is not None:
        return instead
    body = await posts.by_type[_XML](call, connection.number)
    return web.Response(body=body, headers={"Content-Type": _XML})
