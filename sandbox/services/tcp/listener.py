"""What every TCP listener has, whatever its behaviour. Each behaviour stands in a file of its own beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from sandbox.net.connection import Connection
from sandbox.sansio import Core
from sandbox.service import Context
from sandbox.settings.models import ListenerSettings

#: Makes the core for a client.
Cores: TypeAlias = Callable[[Connection], Core]
#: Puts a fact on the timeline, as :meth:`sandbox.net.connection.Connection.note`.
Note: TypeAlias = Callable[..., None]


class TcpListener(ListenerSettings):
    """A TCP or Unix-domain listener."""

    tls: Literal["none", "implicit"] = "none"
    """none: plain text; implicit: TLS from the first byte."""

    def cores(self, context: Context) -> Cores:
        """What serves the clients; clients of one listener may share what is made here. Raises OSError."""
        raise NotImplementedError
