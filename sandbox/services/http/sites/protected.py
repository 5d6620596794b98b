"""Pages behind a password: Basic, Digest with two algorithms, and a realm that takes both."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import web

from sandbox.dice import Dice
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


@dataclass(frozen=True, slots=True)
class Realm:
    """What is protected, and who is let in."""

    name: str
    user: str = "user1"
    password: str = "secret"

    def admits(self, request: web.BaseRequest) -> bool:
        """Whether the request proves it by the Basic scheme."""
        given = parse_basic(request.headers.get("Authorization"))
        if given is None or given.name != self.user:
            return False
        return hmac.compare_digest(given.password.encode(), self.password.encode())


BASIC: Final = Realm("My page")
DIGEST: Final = Realm("Digest page")


def routes(world: World) -> Routes:
    """``/mywebdir``, with and without a slash, and ``/digest``."""
    table = Routes()
    for path in ("/mywebdir", "/mywebdir/"):
        table.add("GET POST", path, basic)
    digest = Digest(DIGEST, world.context.dice)
    table.add("GET POST", "/digest", partial(digest.answer, "MD5"))
    table.add("GET POST", "/digest/sha-256", partial(digest.answer, "SHA-256"))
    return table


async def basic(request: web.BaseRequest) -> web.StreamResponse:
    """The page for those who have the password."""
    if BASIC.admits(request):
        return admitted(request, BASIC, "Basic")
    # The challenge is repeated after a wrong password: urllib asks once more and then reports the 401.
    return refused(request, basic_challenge(BASIC.name))


class Digest:
    """The page for those who can prove to have the password, with a nonce this server has given (RFC 7616)."""

    def __init__(self, realm: Realm, dice: Dice) -> None:
        self._realm = realm
        self._dice = dice
        self._key = dice(f"http.key {realm.name}").randbytes(32)

    async def answer(self, algorithm: str, request: web.BaseRequest) -> web.StreamResponse:
        """Challenge, or check the proof."""
        if self.admits(request, algorithm):
            return admitted(request, self._realm, "Digest")
        return refused(request, self.challenge(request, algorithm))

    def admits(self, request: web.BaseRequest, algorithm: str) -> bool:
        """Whether the request proves the password with a nonce that was made here."""
        given = parse_digest(request.headers.get("Authorization"))
        return given is not None and self._fits(request, algorithm) and self._made(given["nonce"])

    def challenge(self, request: web.BaseRequest, algorithm: str) -> str:
        """The WWW-Authenticate field; a right password with a foreign nonce shall be tried again."""
        return digest_challenge(
            self._realm.name, self._nonce(), algorithm, stale=self._fits(request, algorithm)
        )

    def _fits(self, request: web.BaseRequest, algorithm: str) -> bool:
        given = parse_digest(request.headers.get("Authorization"))
        return (
            given is not None
            and given.get("username") == self._realm.user
            and digest_fits(
                given,
                method=request.method,
                target=request.raw_path,
                realm=self._realm.name,
                algorithm=algorithm,
                password=self._realm.password,
            )
        )

    def _nonce(self) -> str:
        return self._signed(self._dice.token("http.nonce", 8))

    def _made(self, nonce: str) -> bool:
        return hmac.compare_digest(self._signed(nonce[:16]).encode(), nonce.encode())

    def _signed(self, salt: str) -> str:
        return salt + hmac.digest(self._key, salt.encode(), "sha256").hex()[:32]


def admitted(request: web.BaseRequest, realm: Realm, mechanism: str) -> web.StreamResponse:
    """The page for those who are let in."""
    connection_of(request).note("login.accepted", user=realm.user, mechanism=mechanism)
    return document(
        realm.name, f"<h1>{realm.name}</h1>\n<p>Welcome, {realm.user}: the password was right.</p>"
    )


def refused(request: web.BaseRequest, *challenges: str) -> web.StreamResponse:
    """401 with a field for each challenge."""
    field = request.headers.get("Authorization")
    basic, digest = parse_basic(field), parse_digest(field)
    if basic is not None:
        connection_of(request).note("login.refused", user=basic.name, mechanism="Basic")
    elif digest is not None and "username" in digest:
        connection_of(request).note("login.refused", user=digest["username"], mechanism="Digest")
    answer = failure(401, "A name and a password are needed.")
    for challenge in challenges:
        answer.headers.add("WWW-Authenticate", challenge)
    return answer
