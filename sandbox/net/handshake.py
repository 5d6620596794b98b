"""The TLS handshake of a server, on a transport that so far carried plain text or nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeAlias

from sandbox.faults.effects import Effect
from sandbox.journal import TlsFacts
from sandbox.net.handover import Handover

#: Seconds; asyncio's own 60 keep a learner waiting who speaks plain text to a TLS port.
HANDSHAKE_TIMEOUT = 15.0
#: Seconds to wait for the peer's close_notify; several clients never send it.
SHUTDOWN_TIMEOUT = 2.0

#: The context of a server for its next handshake, and what goes wrong with that.
TlsContext: TypeAlias = Callable[[Effect | None], ssl.SSLContext]


async def shake_hands(
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext,
    shutdown_timeout: float | None = SHUTDOWN_TIMEOUT,
    handover: Handover | None = None,
) -> tuple[asyncio.Transport, TlsFacts]:
    """The transport above TLS, and what was agreed. Raises OSError, ssl.SSLError, ConnectionError, TimeoutError.

    A ``handover`` may hold the ClientHello, or its beginning.
    """
    loop = asyncio.get_running_loop()
    if handover is not None:
        # start_tls queues two steps: its protocol begins, the transport reads again. Queued twice, this is behind them,
        # and before anything that is read then.
        loop.call_soon(loop.call_soon, handover.replay, transport)
    upgraded = await loop.start_tls(
        transport,
        protocol,
        context,
        server_side=True,
        ssl_handshake_timeout=HANDSHAKE_TIMEOUT,
        ssl_shutdown_timeout=shutdown_timeout,
    )
    if upgraded is None:  # asyncio's word for a connection that we closed meanwhile
        raise ConnectionAbortedError("closed within the handshake")
    encrypted = upgraded.get_extra_info("ssl_object")
    cipher = encrypted.cipher()
    facts = TlsFacts(
        encrypted.version() or "", cipher[0] if cipher else "", getattr(encrypted, "asked_name", None)
    )
    return upgraded, facts
