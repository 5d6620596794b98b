"""Names, passwords and tokens in the Authorization field (RFC 7617, RFC 6750)."""

from __future__ import annotations

import hmac

from aiohttp import web

from sandbox.net.web_protocol import connection_of
from sandbox.services.http.credentials import basic_challenge, parse_basic
from sandbox.services.http.echo.asked import header
from sandbox.services.http.echo.inspection import report

REALM = "Fake Realm"


async def basic(request: web.BaseRequest, user: str, password: str) -> web.StreamResponse:
    """Ask for `user` and `password` (Basic)."""
    if _has_password(request, user, password):
        return report({"authenticated": True, "user": user})
    return web.Response(status=401, headers={"WWW-Authenticate": basic_challenge(REALM)})


async def hidden_basic(request: web.BaseRequest, user: str, password: str) -> web.StreamResponse:
    """Like /basic-auth, but 404 for 401: only clients that send the password unasked get in."""
    if _has_password(request, user, password):
        return report({"authenticated": True, "user": user})
    return web.Response(status=404)


async def bearer(request: web.BaseRequest) -> web.StreamResponse:
    """Ask for any token (Bearer)."""
    scheme, _, token = (header(request, "Authorization") or "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return report({"authenticated": True, "token": token.strip()})
    return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})


def note_login(request: web.BaseRequest, user: str, mechanism: str, *, accepted: bool) -> None:
    """Put the outcome on the timeline, without the password."""
    outcome = "accepted" if accepted else "refused"
    connection_of(request).note(f"login.{outcome}", user=user, mechanism=mechanism)


def _has_password(request: web.BaseRequest, user: str, password: str) -> bool:
    given = parse_basic(header(request, "Authorization"))
    if given is None:
        return False
    fits = given.name == user and hmac.compare_digest(given.password.encode(), password.encode())
    note_login(request, given.name, "Basic", accepted=fits)
    return fits
