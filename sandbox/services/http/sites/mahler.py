"""mahler: the machine of the examples of authentication, every page in one realm, by the Basic or the Digest scheme."""

from __future__ import annotations

from aiohttp import web

from sandbox.services.http.credentials import basic_challenge
from sandbox.services.http.routing import Routes
from sandbox.services.http.sites.protected import Digest, Realm, admitted, refused
from sandbox.services.http.world import World

REALM = Realm("PDQ Application", "klem", "kadidd!ehopper")


def routes(world: World) -> Routes:
    """Every path."""
    table = Routes()
    table.add("GET POST", "/{path*}", Mahler(world).answer)
    return table


class Mahler:
    """Lets in who has the password, whichever scheme the client chose."""

    def __init__(self, world: World) -> None:
        self._digest = Digest(REALM, world.context.dice)

    async def answer(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """The page, or both challenges; urllib's digest handler looks at the first only."""
        if REALM.admits(request):
            return admitted(request, REALM, "Basic")
        if self._digest.admits(request, "MD5"):
            return admitted(request, REALM, "Digest")
        return refused(request, self._digest.challenge(request, "MD5"), basic_challenge(REALM.name))
