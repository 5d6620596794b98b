"""c-ares asks name servers over sockets of its own: it is told that the only one is the sandbox's."""

from __future__ import annotations

from .addresses import text
from .routes import MAPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim

PORT = 53


def methods(channel_class: Any, shim: Shim) -> dict[str, Any]:
    """What the class pycares.Channel gets instead. Making one raises OSError if the sandbox has no name server."""
    native = channel_class.__init__
    servers = channel_class.servers

    def initialize(self: Any, *args: Any, **kwargs: Any) -> None:
        if not shim.idle():
            host, port = server("udp")
            kwargs.update(servers=[host], udp_port=port, tcp_port=server("tcp")[1])
        native(self, *args, **kwargs)

    def server(transport: str) -> tuple[str, int]:
        verdict, host, port = shim.routes.find(transport, "nameserver", PORT)
        if verdict != MAPPED:
            raise shim.routes.refused(transport, "nameserver", PORT)
        return host, port

    def choose(self: Any, value: Any) -> None:
        servers.fset(self, value if shim.idle() else [server("udp")[0]])

    asking = {
        name: _remembering(getattr(channel_class, name), shim)
        for name in ("gethostbyname", "getaddrinfo", "query", "search")
        if hasattr(channel_class, name)
    }
    return {"__init__": initialize, "servers": property(servers.fget, choose), **asking}


def _remembering(native: Any, shim: Shim) -> Any:
    """Note the addresses the name server is about to tell, for the connection that follows."""

    def ask(self: Any, name: Any, *args: Any, **kwargs: Any) -> Any:
        names = shim.routes.names
        names.addresses(names.normal(text(name) or ""))
        return native(self, name, *args, **kwargs)

    return ask
