"""Pages behind a password: the Basic realm of the lessons, and Digest with two algorithms."""

from __future__ import annotations

import hmac
import secrets
from functools import partial

from aiohttp import web

from sandbox.net.web_protocol import connection_of
from sandbox.services.http.answers import document, failure
from sandbox.services.http.credentials import (
    basic_challenge,
    digest_challenge,
    digest_fits,
    parse_basic,
    parse_digest,
)
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World

REALM = "My page"
USER, PASSWORD = "user1", "secret"

DIGEST_REALM = "Digest page"


def routes(world: World) -> Routes:
    """``/mywebdir``, with and without a slash, and ``/digest``."""
    table = Routes()
    for path in ("/mywebdir", "/mywebdir/"):
        table.add("GET POST", path, basic)
    digest = Digest()
    table.add("GET POST", "/digest", partial(digest.answer, "MD5"))
    table.add("GET POST", "/digest/sha-256", partial(digest.answer, "SHA-256"))
    return table


async def basic(request: web.BaseRequest) -> web.StreamResponse:
    """The page for those who have the password."""
    given = parse_basic(request.headers.get("Authorization"))
    # The challenge is repeated after a wrong password: urllib asks once more and then reports the 401.
    if (
        given is None
        or given.name != USER
        or not hmac.compare_digest(given.password.encode(), PASSWORD.encode())
    ):
        return _refused(request, given.name if given else None, "Basic", basic_challenge(REALM))
    return _admitted(request, USER, "Basic")


class Digest:
    """The page for those who can prove to have the password, with a nonce this server has given (RFC 7616)."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    async def answer(self, algorithm: str, request: web.BaseRequest) -> web.StreamResponse:
        """Challenge, or check the proof."""
        given = parse_digest(request.headers.get("Authorization"))
        fits = given is not None and digest_fits(
            given,
            method=request.method,
            target=request.raw_path,
            realm=DIGEST_REALM,
            algorithm=algorithm,
            password=PASSWORD,
        )
        name = given.get("username") if given is not None else None
        if fits and name == USER and given is not None and self._made(given["nonce"]):
            return _admitted(request, USER, "Digest")
        challenge = digest_challenge(DIGEST_REALM, self._nonce(), algorithm, stale=fits and name == USER)
        return _refused(request, name, "Digest", challenge)

    def _nonce(self) -> str:
        return self._signed(secrets.token_hex(8))

    def _made(self, nonce: str) -> bool:
        return hmac.compare_digest(self._signed(nonce[:16]).encode(), nonce.encode())

    def _signed(self, salt: str) -> str:
        return salt + hmac.digest(self._key, salt.encode(), "sha256").hex()[:32]


def _admitted(request: web.BaseRequest, user: str, mechanism: str) -> web.StreamResponse:
    connection_of(request).note("login.accepted", user=user, mechanism=mechanism)
    return document("My page", f"<h1>My page</h1>\n<p>Welcome, {user}: the password was right.</p>")


def _refused(
    request: web.BaseRequest, user: str | None, mechanism: str, challenge: str
) -> web.StreamResponse:
    if user is not None:
        connection_of(request).note("login.refused", user=user, mechanism=mechanism)
    return failure(401, "A name and a password are needed.", headers={"WWW-Authenticate": challenge})
