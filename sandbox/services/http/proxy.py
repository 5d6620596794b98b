"""The forward proxy: every host is played by the sandbox itself, nothing ever leaves (RFC 9110 §9.3.6, §11.7)."""

from __future__ import annotations

from aiohttp import web

from sandbox.net.web_protocol import connection_of, without_fields
from sandbox.services.http.answers import failure
from sandbox.services.http.credentials import admits, basic_challenge, parse_basic
from sandbox.services.http.ftp_urls import FtpUrls
from sandbox.services.http.settings import Listener
from sandbox.services.http.target import Target
from sandbox.services.http.world import World
from sandbox.settings import routes

# Fields for the proxy alone (RFC 9110 §7.6.1, §11.7.2); the origin must not see them.
_HOP_BY_HOP = ("proxy-authorization", "proxy-connection")


class Tunnel(web.StreamResponse):
    """The answer to a CONNECT that is granted; behind it the client talks to the listener ``to``."""

    def __init__(self, target: Target, to: routes.Target) -> None:
        super().__init__(status=200, reason="Connection established")
        self.to = to
        self._target = target

    def told(self) -> dict[str, object]:
        """The details of the fact."""
        port = self._target.port
        return {
            "host": self._target.host,
            "port": port,
            "service": self.to.service,
            "listener": self.to.listener,
        }


class Proxy:
    """Answers what only a proxy is asked."""

    def __init__(self, world: World) -> None:
        self._context = world.context
        self._ftp = FtpUrls(world)
        self._sites = world.settings.site_names()

    async def answer(
        self, request: web.BaseRequest, target: Target, listener: Listener | None
    ) -> web.StreamResponse | None:
        """The answer to a request with an authority or an absolute target; None if a site has to answer it."""
        if listener is not None and listener.proxy_realm is not None:
            refusal = self._refusal(request, listener)
            if refusal is not None:
                return refusal
        if target.form == "authority":
            return self._tunnel(request, target)
        if target.scheme == "ftp":
            return self._unknown(target.host) or await self._ftp.answer(request, target)
        if target.scheme not in ("http", "https"):
            return failure(501, f"This proxy knows no {target.scheme}:// URLs.")
        return None if target.host in self._sites else self._unknown(target.host)

    def _refusal(self, request: web.BaseRequest, listener: Listener) -> web.Response | None:
        given = parse_basic(request.headers.get("Proxy-Authorization"))
        accepted = admits(given, listener.proxy_users, self._context.accounts)
        if given is not None:
            outcome = "accepted" if accepted else "refused"
            connection_of(request).note(f"login.{outcome}", user=given.name, mechanism="Basic, proxy")
        if accepted:
            return None
        challenge = basic_challenge(listener.proxy_realm or "")
        return failure(
            407, "This proxy wants a name and a password.", headers={"Proxy-Authenticate": challenge}
        )

    def _tunnel(self, request: web.BaseRequest, target: Target) -> web.StreamResponse:
        assert target.port is not None
        if request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers:
            # Nobody could tell where it ends and the tunnel begins (RFC 9112 §6.3).
            refusal = failure(400, "CONNECT has no body.")
            refusal.force_close()
            return refusal
        table, network = self._context.routes, self._context.network
        unknown = self._unknown(target.host)
        if unknown is not None:
            return unknown
        to = table.find("tcp", target.host, target.port)
        if to is None or not network.has_listener(to.service, to.listener):
            return failure(502, table.advice("tcp", target.host, target.port))
        return Tunnel(target, to)

    def _unknown(self, host: str) -> web.Response | None:
        """A refusal if the name does not exist; asked so that no address is made up for every name of a URL."""
        names = self._context.routes.names
        settings = names.settings(names.canonical(host))
        return None if settings is None or settings.exists else failure(502, f"There is no host {host}.")


def without_hop_by_hop(request: web.BaseRequest) -> web.BaseRequest:
    """The request as a proxy sends it on."""
    return without_fields(request, _HOP_BY_HOP)
