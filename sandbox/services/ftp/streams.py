"""The ends of a data connection: one that sends blocks, one that receives them, both only as fast as the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandbox.net.transport import TapTransport
from sandbox.services.ftp.replies import RefusalError


class DataStream(asyncio.Protocol):
    """What both directions share. ``moved`` counts the octets on the wire."""

    transport: TapTransport

    def __init__(self) -> None:
        self.moved = 0
        self._timed_out = False
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self.transport = transport

    def idle_timeout(self) -> None:
        self._timed_out = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True

    def _broken(self) -> RefusalError:
        reason = "nothing moved for too long" if self._timed_out else "the client closed it"
        if self.transport.tap.reason == "server":  # by a fault
            reason = "it was cut off"
        return RefusalError("426", f"Data connection broken, transfer aborted: {reason}")


class Outlet(DataStream):
    """Sends blocks and closes; what the client says on this connection is not looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._writable = asyncio.Event()
        self._writable.set()

    async def send(self, block: bytes) -> None:
        """Send a block, and wait until there is room for another. Raises RefusalError when the client has gone."""
        self.transport.write(block)
        self.moved += len(block)
        # A client as fast as we are never makes us wait, but the others want their turn too.
        await asyncio.sleep(0)
        await self._room()

    async def finish(self) -> None:
        """Hand the last octet over and close, without waiting for the client: some never answer a close_notify."""
        # Not 0: with it asyncio's TLS transport pauses for ever.
        self.transport.set_write_buffer_limits(1)
        await asyncio.sleep(0)
        await self._room()
        self.transport.close()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def eof_received(self) -> bool:
        return self.transport.connection.tls is None  # the client may close its half at once

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._writable.set()

    async def _room(self) -> None:
        await self._writable.wait()
        if self._lost:
            raise self._broken()


class Inlet(DataStream):
    """Hands what arrives to ``store``; after its first failure the rest is read and dropped.

    A client in the midst of sending does not look for a reply, and would meet a reset instead of it.
    """

    def __init__(self, store: Callable[[bytes], None]) -> None:
        super().__init__()
        self._store = store
        self._failure: Exception | None = None
        self._complete = False
        self._over = asyncio.Event()

    async def received(self) -> None:
        """Wait for the end. Raises what ``store`` raised, and RefusalError when the client broke off."""
        await self._over.wait()
        if self._failure is not None:
            raise self._failure
        if not self._complete:
            raise self._broken()
        self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # A TLS client's first block waits for our acknowledgement of its handshake (Nagle), we have nothing to send.
        self.transport.quick_ack()

    def data_received(self, data: bytes) -> None:
        self.moved += len(data)
        if self._failure is not None:
            return
        try:
            self._store(data)
        except Exception as error:
            self._failure = error

    def eof_received(self) -> bool:
        self._complete = True
        self._over.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._over.set()
