"""The routes of a running sandbox as plain JSON: what a redirected process needs to know, and all it is told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from sandbox.addressing import Names
from sandbox.engine import Engine
from sandbox.settings import HostSettings, Route
from sandbox.settings.paths import state_directory, state_folder


class Table(TypedDict):
    """Every path is absolute: programs change their directory."""

    sandbox: int
    """The process the sandbox runs in."""
    hosts: dict[str, list[str] | None]
    """Configured names and patterns: their addresses, none for made-up ones, null for a name that does not exist."""
    routes: list[tuple[str, str, int, str, int, str]]
    """Transport, host or pattern, port, and the address it leads to instead with the name of the listener there.
    The first that matches counts."""
    wanted: dict[str, str]
    """Ports of services that are not configured, and their names."""
    allow: list[str]
    """Hosts and patterns that are let through to the real network."""
    bound: str
    """The directory in which redirected processes tell each other what they have bound."""
    names: str
    """The directory in which they tell each other which name an address was made up for."""
    addresses: str
    """The directory in which they tell the authority for which addresses a certificate is expected."""
    certificate: str
    """The file of the authority to trust."""
    log: str | None
    """The file to which every decision is appended."""
    free_ports: bool
    """Whether what is bound takes a free port instead of its own, so that nobody else's server is in its way."""


def table_of(
    sandbox: Engine, *, allow: Sequence[str] = (), log: Path | None = None, further: Sequence[Route] = ()
) -> Table:
    """The table of a sandbox that listens; made in its own thread. ``further`` routes come before its own."""
    shared = shared_directory(sandbox)
    addresses = sandbox.authority.expected.absolute()
    for directory in (shared / "bound", shared / "names", addresses):
        state_folder(directory)
    where = {(end.transport, end.service, end.listener): end for end in sandbox.endpoints if end.path is None}
    routes: list[tuple[str, str, int, str, int, str]] = [
        (row.transport, row.host, row.port, end.host, end.port, str(row.target))
        for row in (*further, *sandbox.routes.rows)
        if (end := where.get((row.transport, row.target.service, row.target.listener))) is not None
    ]
    return Table(
        sandbox=os.getpid(),
        hosts={
            name: _addresses(sandbox.routes.names, host) for name, host in sandbox.routes.names.hosts.items()
        },
        routes=routes,
        wanted={str(port): service for port, service in sandbox.routes.wanted().items()},
        allow=list(allow),
        bound=str(shared / "bound"),
        names=str(shared / "names"),
        addresses=str(addresses),
        certificate=str(sandbox.authority.certificate.absolute()),
        log=None if log is None else str(log.absolute()),
        free_ports=False,
    )


def _addresses(names: Names, host: HostSettings) -> list[str] | None:
    if not host.exists:
        return None
    found = host.addresses if host.cname is None else names.addresses(host.cname)
    return None if found is None else list(found)


def shared_directory(sandbox: Engine) -> Path:
    """Where all runs of one user meet, so that a server and a client in two terminals find each other."""
    return state_directory(sandbox.configuration.general).absolute() / "run"
