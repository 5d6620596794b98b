"""Where the next data connection comes from: a passive listener, or an address of the client (RFC 959 §3.2).

The connection stays a raw socket until the transfer starts.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.errors import ListenError
from sandbox.net.data import DataListener
from sandbox.net.network import Network
from sandbox.net.transport import TapTransport
from sandbox.services.ftp.addresses import Address
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.settings import Settings

#: Ports below this one belong to servers; a transfer to one would be an attack by proxy (RFC 2577 §3).
FIRST_CLIENT_PORT = 1024


class DataChannel:
    """The data port of one session; each arrangement replaces the one before and serves one transfer."""

    def __init__(self, control: TapTransport, network: Network, settings: Settings) -> None:
        self._control = control
        self._network = network
        self._settings = settings
        self._listener: DataListener | None = None
        self._address: Address | None = None
        self._refuses = False
        name = control.get_extra_info("sockname")
        # A Unix-domain socket has neither host nor port.
        self._local_host: str | None = name[0] if isinstance(name, tuple) else None

    @property
    def local_host(self) -> str:
        """The address at which the client reached us. Raises RefusalError where there is none."""
        if self._local_host is None:
            raise RefusalError("425", "There are no data connections beside a Unix-domain socket")
        return self._local_host

    def listen(self) -> int:
        """Await the client on a port, which is returned. Raises RefusalError."""
        self.close()
        first, last = self._settings.passive_ports
        try:
            self._listener = self._network.listen_data(
                self._control.connection, self.local_host, range(first, last + 1)
            )
        except ListenError as error:
            raise RefusalError("425", f"No passive port can be had: {error.reason}") from error
        port = self._listener.port
        if self._refuses:
            self._listener.close()
            self._listener = None
        return port

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Listen at no port that is asked for meanwhile."""
        self._refuses = True
        try:
            yield
        finally:
            self._refuses = False

    def aim(self, address: Address) -> None:
        """Connect to the client at an address of its own. Raises RefusalError for anybody else's."""
        if address.host != self._control.connection.peer_host:
            raise RefusalError("504", f"Data goes to the client itself only, not to {address.host}")
        if address.port < FIRST_CLIENT_PORT:
            raise RefusalError("504", f"Data does not go to ports below {FIRST_CLIENT_PORT}")
        self.close()
        self._address = address

    async def connect(self) -> socket.socket:  # noqa: TID251 — the type only
        """The raw socket of the data connection. Raises RefusalError when there is none in time."""
        try:
            async with asyncio.timeout(self._settings.data_timeout or None):
                if self._listener is not None:
                    return await self._listener.accept()
                if self._address is not None:
                    return await self._network.dial_back(
                        self._control.connection, *self._address, self.local_host
                    )
        except OSError as error:
            reason = "nobody connected in time" if isinstance(error, TimeoutError) else error.strerror
            raise RefusalError("425", f"Cannot open data connection: {reason}") from error
        raise RefusalError("425", "Use PASV, EPSV, PORT or EPRT first")

    def close(self) -> None:
        """Forget the arrangement."""
        if self._listener is not None:
            self._listener.close()
        self._listener = self._address = None
