"""Redirects the sockets of this process to a sandbox, as a table says; see ``sandbox/redirection/table.py``."""

from __future__ import annotations

import atexit
import json
import sys
from _socket import AF_INET, SOCK_DGRAM
from _socket import socket as raw_socket
from _thread import get_ident

from .guard import guard, unguard
from .imports import Finder
from .patches import Patches
from .resolver import Resolver
from .routes import Routes
from .servers import Servers
from .sockets import Sockets
from .trust import Trust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The modules whose import loads ``libraries``: the keys of its ``HOOKS``.
LIBRARIES = (
    "aiohttp.connector",
    "aiohttp.resolver",
    "asyncio.windows_events",
    "gevent._socket3",
    "gevent._socketcommon",
    "gevent.resolver.ares",
    "gevent.resolver.blocking",
    "gevent.resolver.dnspython",
    "gevent.resolver.thread",
    "pycares",
    "pycurl",
    "uvloop",
)


class Shim:
    """One redirection of this process, from :meth:`install` to :meth:`uninstall`."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.active = False
        #: Threads that are not redirected.
        self.exempt: set[int] = set()
        #: Functions and methods as they were, where one of ours needs them.
        self.native: dict[str, Any] = {}
        self.routes = Routes(table)
        self.patches = Patches()
        self.finder = Finder()
        self.resolver = Resolver(self)
        self.servers = Servers(self)
        self.sockets = Sockets(self)
        self._kept: list[Any] = []

    def install(self) -> None:
        """Redirect from now on; all or nothing."""
        try:
            self.resolver.install()
            self.servers.install()
            self.sockets.install()
            sys.meta_path.insert(0, self.finder)
            Trust(self).install()
            for name in LIBRARIES:
                self.finder.after(name, self._library)
            self.patches.spread()
            guard(self)
            self.active = True
        except BaseException:
            self.uninstall()
            raise

    def uninstall(self) -> None:
        """Put everything back as it was."""
        self.active = False
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        self.patches.undo()
        unguard(self)
        self.servers.forget()
        while self._kept:
            self._kept.pop().close()

    def idle(self) -> bool:
        """Whether the calling thread is to be left alone."""
        return not self.active or get_ident() in self.exempt

    def keep(self, host: str) -> tuple[str, int]:
        """The address of a socket that receives datagrams and never reads them, until the redirection ends."""
        sock = raw_socket(AF_INET, SOCK_DGRAM)
        self._kept.append(sock)
        sock.bind((host, 0))
        return sock.getsockname()  # type: ignore[no-any-return]

    def _library(self, module: Any) -> None:
        from . import libraries

        libraries.HOOKS[module.__name__](module, self)


def install_from(path: str) -> Shim:
    """Redirect this process for good, by the table in a file."""
    with open(path, encoding="utf-8") as file:
        shim = Shim(json.load(file))
    shim.install()
    atexit.register(shim.servers.forget)  # few programs close what they serve on
    return shim
