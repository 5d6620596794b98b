"""One data connection from its opening to its end, and what a client may say meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from sandbox.net.network import Network
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.settings import Settings
from sandbox.services.ftp.streams import DataStream

#: Octets that are read and sent at once; small blocks were what made aioftp's own transfers slow.
BLOCK = 256 * 1024

Stream = TypeVar("Stream", bound=DataStream)


class Transfers:
    """Opens data connections for the commands that need one."""

    def __init__(self, settings: Settings, network: Network) -> None:
        self._timeout = settings.data_timeout
        self._network = network

    @asynccontextmanager
    async def open(
        self, session: Session, announcement: Callable[[], str], make_stream: Callable[[], Stream]
    ) -> AsyncIterator[Stream]:
        """A connected stream, after 150 with the announcement.

        ``make_stream`` is called when the client is there, and ``announcement`` after it: what the first one raises
        refuses the transfer. Within the block an ABOR becomes RefusalError, and so does what is wrong with the
        connection. It is closed at the end in any case.
        """
        try:
            async with asyncio.timeout(None) as limit:
                session.control.interrupt = partial(_interrupt, session, limit)
                stream = await self._connect(session, announcement, make_stream)
                try:
                    yield stream
                except BaseException:
                    stream.transport.abort()
                    raise
        except TimeoutError:
            raise RefusalError("426", "Transfer aborted, data connection closed") from None
        finally:
            session.control.interrupt = None
            session.stream = None
            session.data.close()

    async def _connect(
        self, session: Session, announcement: Callable[[], str], make_stream: Callable[[], Stream]
    ) -> Stream:
        sock = await session.data.connect()
        try:
            stream = make_stream()
        except BaseException:
            sock.close()
            raise
        session.stream = stream
        # Before the handshake: clients wait for this reply until they begin it.
        session.say("150", announcement())
        try:
            await self._network.attach_data(
                session.control.connection,
                sock,
                lambda _: stream,
                tls=session.parameters.protected,
                idle_timeout=self._timeout,
                purpose=session.doing,
            )
        except OSError as error:
            raise RefusalError("426", f"Data connection failed: {error.strerror or error}") from error
        return stream


def _interrupt(session: Session, limit: asyncio.Timeout, line: bytes) -> bool:
    """Take a line that came during a transfer; returns whether it needs no further answer (RFC 959 §4.1.3)."""
    control = session.control
    match line.strip().upper():
        case b"ABOR" if not limit.expired():
            # The transfer ends with 426; ABOR itself is answered in its turn.
            limit.reschedule(asyncio.get_running_loop().time())
        case b"STAT" if not control.has_waiting:
            moved = session.stream.moved if session.stream is not None else 0
            control.send("211", f"A transfer is under way, {moved} octets so far")
            return True
    return False
