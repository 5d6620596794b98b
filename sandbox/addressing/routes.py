"""The routes of one sandbox: where what is sent to a real host and port goes instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sandbox.addressing.names import Names
from sandbox.settings.models import Transport, host_and_port
from sandbox.settings.routes import Route, Target, normal_host


class Routes:
    """Finds the listener behind an address. ``wanted`` tells the ports of services that are not configured."""

    def __init__(
        self, names: Names, rows: Sequence[Route], wanted: Callable[[], Mapping[int, str]] = dict
    ) -> None:
        self.names = names
        self.rows = tuple(rows)
        self.wanted = wanted

    def find(self, transport: Transport, host: str, port: int) -> Target | None:
        """The listener for a host, by name or address, and a port; None if nothing is meant to answer there."""
        host = normal_host(host)
        spellings = {host, self.names.name_of(host) or host}
        for row in self.rows:
            if row.transport == transport and row.port == port and any(map(row.matches, spellings)):
                return row.target
        return None

    def advice(self, transport: Transport, host: str, port: int) -> str:
        """What to tell a user whose program went where nothing answers, in one line."""
        host = self.names.name_of(host) or host
        address = host_and_port(host, port)
        service = self.wanted().get(port)
        if service is not None:
            what = f"that is a port of {service}: add [services.{service}] to the configuration"
        else:
            suffix = "/udp" if transport == "udp" else ""
            what = f"say what shall, as with --route {address}{suffix}=echo"
        return f"nothing answers at {address} ({transport.upper()}); {what}"
