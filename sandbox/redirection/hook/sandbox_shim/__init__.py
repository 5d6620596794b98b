"""Redirects the sockets of this process to a sandbox, as a table says; see ``sandbox/redirection/table.py``."""

from __future__ import annotations

import json
import sys
from _thread import get_ident

from .imports import Finder
from .patches import Patches
from .resolver import Resolver
from .routes import Routes
from .sockets import Sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The modules whose import loads ``libraries``: the keys of its ``HOOKS``.
LIBRARIES: tuple[str, ...] = ()


class Shim:
    """One redirection of this process, from :meth:`install` to :meth:`uninstall`."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.active = False
        #: Threads that are not redirected.
        self.exempt: set[int] = set()
        self.routes = Routes(table)
        self.patches = Patches()
        self.finder = Finder()
        self.resolver = Resolver(self)
        self.sockets = Sockets(self)
        self._kept: list[Any] = []

    def install(self) -> None:
        """Redirect from now on; all or nothing."""
        try:
            self.resolver.install()
            self.sockets.install()
            sys.meta_path.insert(0, self.finder)  # type: ignore[arg-type]
            for name in LIBRARIES:
                self.finder.after(name, self._library)
            self.active = True
        except BaseException:
            self.uninstall()
            raise

    def uninstall(self) -> None:
        """Put everything back as it was."""
        self.active = False
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)  # type: ignore[arg-type]
        self.patches.undo()
        while self._kept:
            self._kept.pop().close()

    def idle(self) -> bool:
        """Whether the calling thread is to be left alone."""
        return not self.active or get_ident() in self.exempt

    def keep(self, sock: Any) -> None:
        """Close a socket at the end of the redirection."""
        self._kept.append(sock)

    def _library(self, module: Any) -> None:
        from . import libraries

        libraries.HOOKS[module.__name__](module, self)


def install_from(path: str) -> Shim:
    """Redirect this process for good, by the table in a file."""
    with open(path, encoding="utf-8") as file:
        shim = Shim(json.load(file))
    shim.install()
    return shim
