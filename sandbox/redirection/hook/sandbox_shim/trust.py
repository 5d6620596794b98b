"""Lets TLS clients trust the sandbox: every context that trusts anybody."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim


class Trust:
    """Changes the ssl module once it is imported."""

    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        self.certificate: str = shim.table["certificate"]

    def install(self) -> None:
        """Ask to be called by the imports."""
        self.shim.finder.after("ssl", self._ssl)

    def _ssl(self, ssl: Any) -> None:
        context = ssl.SSLContext
        load, default = context.load_verify_locations, context.set_default_verify_paths

        def load_verify_locations(self_: Any, *args: Any, **kwargs: Any) -> None:
            load(self_, *args, **kwargs)
            if not self.shim.idle():
                load(self_, self.certificate)

        def set_default_verify_paths(self_: Any) -> None:
            default(self_)
            if not self.shim.idle():
                load(self_, self.certificate)
                if self.shim.routes.allow:
                    self._real_authorities(ssl, self_, load)

        self.shim.patches.set(context, "load_verify_locations", load_verify_locations)
        self.shim.patches.set(context, "set_default_verify_paths", set_default_verify_paths)

    def _real_authorities(self, ssl: Any, context: Any, load: Any) -> None:
        """Those of the system, whose place the environment's variables have given to ours."""
        paths = ssl.get_default_verify_paths()
        if os.path.exists(paths.openssl_cafile):
            load(context, paths.openssl_cafile)
        if os.path.exists(paths.openssl_capath):
            load(context, None, paths.openssl_capath)
