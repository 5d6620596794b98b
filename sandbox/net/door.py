"""The door of one stream listener: the sockets at which it accepts. It can be shut for a while, and keeps its address."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

from sandbox.net.listener import StreamListener
from sandbox.net.sockets import BACKLOG, hold, let_go
from sandbox.net.tasks import Tasks

ACCEPT_STEPS = 4  # steps of the loop from accept to connection_made: two in CPython 3.11 to 3.13


class Door:
    """Accepts clients for ``listener`` at sockets that listen already, one for each of its addresses.

    Clients ``aside`` stay when the others are turned away.
    """

    def __init__(
        self,
        listener: StreamListener,
        sockets: Sequence[socket.socket],
        tasks: Tasks,
        *,
        aside: bool = False,
    ) -> None:
        self.listener = listener
        self.aside = aside
        self.is_shut = False
        self._tasks = tasks
        self._addresses = [(sock.family, sock.getsockname()) for sock in sockets]
        self._sockets = list(sockets)
        self._servers: list[asyncio.Server] = []
        self._former: list[tuple[list[socket.socket], list[asyncio.Server]]] = []
        self._is_closing = False

    async def open(self) -> None:
        """Accept clients."""
        await self._serve(self._sockets)

    @property
    def is_accepting(self) -> bool:
        """Whether clients are accepted at all addresses."""
        return not self.is_shut and all(server.is_serving() for server in self._servers)

    def shut(self) -> None:
        """Let clients be refused from now on; those that are connected stay, also who is not yet accepted.

        Raises OSError if an address is lost; clients are refused there or meet a stranger then.
        """
        self.is_shut = True
        for client in self._knocking():
            self._tasks.spawn(self._accept(client), "accept")
        self._let_go()
        self._sockets = self._held()

    def reopen(self) -> None:
        """Let clients come: the kernel takes them at once, and we soon. Raises OSError if an address is lost."""
        sockets = self._sockets or self._held()
        try:
            for sock in sockets:
                sock.listen(BACKLOG)
        except OSError:
            _close(sockets)
            self._sockets = []
            raise
        self._sockets = sockets
        self.is_shut = False
        self._tasks.spawn(self._serve(sockets), "open")

    def turn_away(self) -> None:
        """Close whoever waits to be accepted."""
        for client in self._knocking():
            client.close()

    def pause(self) -> None:
        """Accept nobody any more; who is accepted already arrives within ``ACCEPT_STEPS`` steps of the loop."""
        self._is_closing = True
        _ignore(self._servers)

    def close(self) -> None:
        """Close all sockets. While asyncio is between accepting a client and telling us, that fails: pause first."""
        for sockets, servers in [*self._former, (self._sockets, self._servers)]:
            for server in servers:
                server.close()
            _close(sockets)

    async def _serve(self, sockets: list[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for sock in sockets:
            # Shut meanwhile? asyncio would let the socket listen.
            if sockets is not self._sockets or self._is_closing:
                return
            make = loop.create_server if isinstance(sock.getsockname(), tuple) else loop.create_unix_server
            server = await make(self.listener.accept, sock=sock, backlog=BACKLOG, start_serving=False)
            self._servers.append(server)
            await server.start_serving()

    def _let_go(self) -> None:
        sockets, servers = self._sockets, self._servers
        self._sockets, self._servers = [], []
        _ignore(servers)
        if all(let_go(sock) for sock in sockets):
            self._former.append((sockets, servers))
            self._tasks.spawn(self._forget(), "close")
        else:
            for server in servers:
                server.close()
            _close(sockets)

    async def _forget(self) -> None:
        """Close what asyncio still has, once it cannot be between accepting and telling us."""
        for _ in range(ACCEPT_STEPS):
            await asyncio.sleep(0)
        sockets, servers = self._former.pop(0)
        for server in servers:
            server.close()
        _close(sockets)

    def _held(self) -> list[socket.socket]:
        held: list[socket.socket] = []
        try:
            for family, address in self._addresses:
                held.append(hold(family, address))
        except OSError:
            _close(held)
            raise
        return held

    def _knocking(self) -> Iterator[socket.socket]:
        """Those who wait to be accepted."""
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # nobody any more
                while True:
                    yield sock.accept()[0]

    async def _accept(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):  # gone meanwhile
            await asyncio.get_running_loop().connect_accepted_socket(self.listener.accept, client)


def _ignore(servers: Sequence[asyncio.Server]) -> None:
    loop = asyncio.get_running_loop()
    for sock in (sock for server in servers for sock in server.sockets):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.remove_reader(sock.fileno())


def _close(sockets: Sequence[socket.socket]) -> None:
    for sock in sockets:
        sock.close()
