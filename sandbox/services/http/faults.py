"""The points of HTTP at which something may go wrong: every request."""

from __future__ import annotations

from aiohttp import web

from sandbox.faults.effects import Effect
from sandbox.net.connection import Connection
from sandbox.services.http.credentials import parse_basic
from sandbox.services.http.target import BadTargetError, parse_target, without_userinfo

TUNNEL = "tunnel"  # CONNECT, since connect is the moment at which a client connects


def fault_of(request: web.BaseRequest, connection: Connection) -> Effect | None:
    """What goes wrong with a request, as :meth:`Connection.fault` tells; the user is the one of Basic credentials."""
    if not connection.faults.active:
        return None
    given = parse_basic(request.headers.get("Authorization"))
    connection.user = "" if given is None else given.name
    event = TUNNEL if request.method == "CONNECT" else request.method.lower()
    return connection.fault(event, subject(request), size=request.content_length or 0)


def subject(request: web.BaseRequest) -> str:
    """What a rule sees of a request: host, path and query as one text, or host and port of a tunnel."""
    told = without_userinfo(request.raw_path)
    if request.method == "CONNECT":
        return told
    try:
        target = parse_target(request.method, told, request.headers.get("Host"))
    except BadTargetError:
        return told
    return target.host + target.path + (f"?{target.query}" if target.query else "")
