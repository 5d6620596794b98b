"""Digest authentication in all its variants (RFC 7616)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiohttp import web

from sandbox.dice import Dice
from sandbox.services.http.credentials import ALGORITHMS, digest_challenge, digest_fits, parse_digest
from sandbox.services.http.echo.asked import header, option
from sandbox.services.http.echo.auth import REALM, note_login
from sandbox.services.http.echo.cookies import parse_cookies, written
from sandbox.services.http.echo.inspection import report
from sandbox.services.http.echo.parameters import RefusedError, whole
from sandbox.services.http.target import parse_target
from sandbox.stores.recall import Filling, Recall

NEVER = "never"
MAX_NONCES = 10_000  # the oldest ones become stale, which clients answer with a new try

_QOP = {"auth": ("auth",), "auth-int": ("auth-int",)}
_TRUE = ("1", "t", "true")
# httpbin's cookie, by which clients prove that they keep the cookies of a challenge.
_COOKIES = MappingProxyType({"fake": "fake_value"})


class Nonces:
    """The nonces that were given out, and how often each was used."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self.uses: dict[str, int] = {}

    def new(self) -> str:
        """A nonce that was not given out before."""
        if len(self.uses) >= MAX_NONCES:
            del self.uses[next(iter(self.uses))]
        nonce = self._dice.token("http.echo.nonce", 16)
        self.uses[nonce] = 0
        return nonce

    def use(self, nonce: str, stale_after: int | None) -> bool:
        """Whether the nonce is one of ours and was used fewer than ``stale_after`` times; counts this use."""
        uses = self.uses.get(nonce)
        if uses is None or (stale_after is not None and uses >= stale_after):
            return False
        self.uses[nonce] = uses + 1
        return True


class Digest:
    """The endpoints below /digest-auth."""

    def __init__(self, dice: Dice, recall: Recall) -> None:
        self._nonces = Nonces(dice)
        self._opaque = dice.token("http.echo.opaque", 16)
        recall.keep(Filling(self._nonces.uses))

    async def answer(
        self,
        request: web.BaseRequest,
        qop: str,
        user: str,
        password: str,
        algorithm: str = "MD5",
        stale_after: str = NEVER,
    ) -> web.StreamResponse:
        """Ask for `user` and `password` (Digest); the nonce is stale after so many uses.

        ``qop`` is auth or auth-int, anything else offers both.
        """
        algorithm = algorithm.upper()
        if algorithm not in ALGORITHMS:
            raise RefusedError(f"The algorithm must be one of {', '.join(ALGORITHMS)}.")
        uses = None if stale_after == NEVER else whole(stale_after, "stale_after", least=0)
        offered = _QOP.get(qop, ("auth", "auth-int"))
        given = parse_digest(header(request, "Authorization"))
        needs_cookie = (option(request, "require-cookie") or "").lower() in _TRUE
        if given is None or (needs_cookie and "Cookie" not in request.headers):
            return self._challenge(algorithm, offered, stale_after, stale=False)
        if needs_cookie and ("fake", _COOKIES["fake"]) not in parse_cookies(header(request, "Cookie") or ""):
            refusal = report({"errors": ["missing cookie set on challenge"]}, status=403)
            return _with_cookies(refusal, _COOKIES)
        proved = given.get("username") == user and await _proves(request, given, algorithm, offered, password)
        if proved and not self._nonces.use(given["nonce"], uses):
            return self._challenge(algorithm, offered, stale_after, stale=True)
        note_login(request, given.get("username", ""), "Digest", accepted=proved)
        if not proved:
            return self._challenge(algorithm, offered, stale_after, stale=False)
        return _with_cookies(report({"authenticated": True, "user": user}), _COOKIES)

    def _challenge(
        self, algorithm: str, qop: Sequence[str], stale_after: str, *, stale: bool
    ) -> web.Response:
        challenge = digest_challenge(
            REALM, self._nonces.new(), algorithm, qop=qop, opaque=self._opaque, stale=stale
        )
        response = web.Response(status=401, headers={"WWW-Authenticate": challenge})
        return _with_cookies(response, {"stale_after": stale_after, **_COOKIES})


async def _proves(
    request: web.BaseRequest, given: Mapping[str, str], algorithm: str, qop: Sequence[str], password: str
) -> bool:
    return digest_fits(
        given,
        method=request.method,
        target=_signed_target(request, given),
        realm=REALM,
        algorithm=algorithm,
        password=password,
        qop=qop,
        content=await request.read(),
    )


def _signed_target(request: web.BaseRequest, given: Mapping[str, str]) -> str:
    """What the client must have signed: its request target, through a proxy also without scheme and host."""
    if given.get("uri") == request.raw_path:
        return request.raw_path
    target = parse_target(request.method, request.raw_path, None)
    return f"{target.path}?{target.query}" if target.query else target.path


def _with_cookies(response: web.Response, cookies: Mapping[str, str]) -> web.Response:
    for name, value in cookies.items():
        response.headers.add("Set-Cookie", f"{written(name, value)}; Path=/")
    return response
