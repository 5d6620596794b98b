"""The step from plain text to TLS below a tap, at once or by STARTTLS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sandbox.journal import TlsStarted
from sandbox.net.handover import Handover
from sandbox.net.handshake import TlsContext, shake_hands
from sandbox.net.spoiled import Spoiled

if TYPE_CHECKING:
    from sandbox.net.tap import Tap


class Upgrade:
    """Shakes hands for a tap. What the client sends with the end of its handshake is held until somebody can hear it:
    that may be all it has to say, as in a short upload by FTP.
    """

    def __init__(self, tap: Tap, tls: TlsContext, shutdown_timeout: float | None) -> None:
        self.running = False
        self._tap = tap
        self._tls = tls
        self._shutdown_timeout = shutdown_timeout
        self._early = bytearray()
        self._early_eof = False

    def hold(self, data: bytes) -> None:
        """Keep what has come already."""
        self._early += data

    def hold_eof(self) -> None:
        """Remember that nothing more comes."""
        self._early_eof = True

    async def first(self, handover: Handover | None) -> None:
        """Shake hands before the inner protocol hears of the connection."""
        tap = self._tap
        await self._shake_hands("implicit", handover)
        # The client may have closed by now, but not we.
        if not tap.is_gone and tap.reason is None:
            tap.begin()
            self._hand_on()

    async def later(self) -> None:
        """Shake hands after the inner protocol has asked for it; whoever awaits this learns of it first."""
        await self._shake_hands("starttls")
        asyncio.get_running_loop().call_soon(self._hand_on)

    def _hand_on(self) -> None:
        tap = self._tap
        self.running = False
        if self._early and not tap.is_gone:
            tap.data_received(bytes(self._early))
        self._early.clear()
        if self._early_eof and not tap.is_gone:
            tap.eof_received()

    async def _shake_hands(self, occasion: str, handover: Handover | None = None) -> None:
        tap, connection = self._tap, self._tap.connection
        assert tap.lower is not None
        self.running = True
        fault = connection.fault("tls", occasion)
        if fault is not None and tap.is_closing:
            return
        if tap.bending.spoils_tls:
            tap.reason = "server"
            await Spoiled(tap.lower, tap).shake_hands(handover)
            return
        try:
            tap.lower, connection.tls = await shake_hands(
                tap.lower, tap, self._tls(fault), self._shutdown_timeout, handover
            )
        except Exception as error:
            connection.note("tls.failed", reason=str(error) or type(error).__name__)
            tap.abort("error")
            # The TLS protocol tells nobody of a connection that ends within the handshake.
            tap.connection_lost(None)
            return
        connection.journal.append(TlsStarted(connection.number, connection.service, connection.tls))
