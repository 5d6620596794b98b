"""Which site answers: the table of host names, built from the configuration and the built-in sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePosixPath

from sandbox.services.http import settings
from sandbox.services.http.configured import page_routes
from sandbox.services.http.files import Files, with_slash
from sandbox.services.http.mail.inbox import Inbox
from sandbox.services.http.routing import Route, Routes
from sandbox.services.http.sites import BUILT_IN, HOME, everywhere
from sandbox.services.http.world import World
from sandbox.stores.files import ROOT, normal_path


@dataclass(frozen=True, slots=True)
class Site:
    """One host: its route tables, the first that has the path and the method wins."""

    server_header: str
    tables: tuple[Routes, ...]
    calls: bool = True
    """Whether it takes XML-RPC calls."""

    def find(self, method: str, path: str) -> Route | None:
        """The route for a request; one without a handler if the path is known but not with this method."""
        allowed: set[str] = set()
        for table in self.tables:
            route = table.find(method, path)
            if route is not None and route.handler is not None:
                return route
            allowed |= set(route.allowed if route is not None else ())
        return Route(None, {}, tuple(sorted(allowed))) if allowed else None


class Hosts:
    """Finds the site for a host name; each is put together when it is first asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sites: dict[str, Site] = {}
        self._names = {
            alias.lower(): name
            for name, site in world.settings.sites.items()
            for alias in (name, *site.aliases)
        }
        self._known = world.settings.site_names()
        self._common = _common_routes(world)

    def site(self, host: str, chosen: str | None = None) -> Site:
        """The site for a host in lower case; ``chosen`` is the one of the listener, which is for all hosts."""
        default = self._world.settings.default_site or HOME
        name = (chosen or (host if host in self._known else default)).lower()
        if name not in self._sites:
            self._sites[name] = self._made(name)
        return self._sites[name]

    def _made(self, host: str) -> Site:
        name = self._names.get(host, host)
        own = self._world.settings.sites.get(name)
        built_in = BUILT_IN.get(host) or BUILT_IN.get(name.lower())
        if not self._world.settings.built_in_sites:
            built_in = None
        server = (own.server_header if own else None) or (built_in.server_header if built_in else None)
        return Site(
            server_header=self._world.settings.server_header if server is None else server,
            tables=tuple(self._tables(own, built_in.topics if built_in else ())),
            calls=built_in is None or built_in.calls,
        )

    def _tables(self, own: settings.Site | None, topics: tuple[str, ...]) -> Iterator[Routes]:
        if own is not None:
            yield page_routes({path: page for path, page in own.pages.items() if path != "*"}, self._world)
        for topic in topics:
            routes: Routes = import_module(f"{_TOPICS}.{topic}").routes(self._world)
            yield routes
        yield self._common
        if own is not None and own.directory is not None:
            yield _directory_routes(self._world, normal_path(own.directory))
        if own is not None and "*" in own.pages:
            yield page_routes({"*": own.pages["*"]}, self._world)


_TOPICS = "sandbox.services.http.sites"


def _common_routes(world: World) -> Routes:
    routes = Routes()
    if world.settings.files_at:
        routes.include(_directory_routes(world, ROOT, world.settings.files_at))
    if world.settings.mail_at:
        routes.include(Inbox(world.context.mail, world.settings.mail_at).routes())
    for folder in (world.settings.files_at, world.settings.mail_at):
        if folder not in ("", "/"):
            routes.add("GET", folder.rstrip("/"), with_slash)
    routes.include(everywhere.routes(world))
    return routes


def _directory_routes(world: World, root: PurePosixPath, prefix: str = "/") -> Routes:
    writable = world.settings.files_writable
    return Files(world.context.files, root=root, prefix=prefix, writable=writable).routes()
