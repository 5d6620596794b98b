"""TLS that was announced and is none: the ClientHello is answered with nonsense, and the connection closed."""

from __future__ import annotations

import asyncio

from sandbox.net.handover import Handover

#: A status line where a TLS record should begin.
NONSENSE = b"500 5.5.1 Command not recognized\r\n"


class Spoiled(asyncio.Protocol):
    """Takes the place of the TLS protocol on ``transport``; ``lost`` is told of the end of the connection."""

    def __init__(self, transport: asyncio.Transport, lost: asyncio.Protocol) -> None:
        self._transport = transport
        self._lost = lost
        self._over = asyncio.Event()

    async def shake_hands(self, handover: Handover | None = None) -> None:
        """Wait for the ClientHello and answer it; the transport is closed then."""
        self._transport.set_protocol(self)
        if handover is not None:
            handover.replay(self._transport)
        self._transport.resume_reading()
        await self._over.wait()

    def data_received(self, data: bytes) -> None:
        self._transport.write(NONSENSE)
        self._transport.close()
        self._over.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._over.set()
        self._lost.connection_lost(exc)
