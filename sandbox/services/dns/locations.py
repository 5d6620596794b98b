"""Where the services are that clients look for by SRV records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.addressing import Routes
from sandbox.addressing.names import LOOPBACK
from sandbox.net.listener import Endpoint
from sandbox.settings.routes import LOCALHOST, Target

#: Services of mail clients (RFC 6186, RFC 8314 section 5.1), all by TCP.
PORTS = {"submission": 587, "submissions": 465, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}


class Locations:
    """Ports by service and host. Whoever is on loopback is told our own port, everybody else the well-known one."""

    def __init__(self, routes: Routes, endpoints: Callable[[], Sequence[Endpoint]]) -> None:
        self._routes = routes
        self._endpoints = endpoints

    def port_of(self, service: str, transport: str, host: str) -> int | None:
        """The port of a service at a host; None where nothing would answer."""
        port = PORTS.get(service) if transport == "tcp" else None
        target = None if port is None else self._routes.find("tcp", host, port)
        if target is None:
            return None
        return self._own_port(target) if self._routes.names.addresses(host) == LOOPBACK else port

    def _own_port(self, target: Target) -> int | None:
        for row in self._routes.rows:  # where it is meant to be: a redirected client is led on from there
            if row.target == target and row.host == LOCALHOST:
                return row.port
        for end in self._endpoints():
            if (end.service, end.listener, end.transport) == (target.service, target.listener, "tcp"):
                return end.port
        return None
