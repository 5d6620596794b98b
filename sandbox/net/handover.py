"""What comes along when a connection changes hands, from one tap to the next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handover:
    """``origin`` is the number the connection had, ``early`` what the client sent already, ``eof`` whether that was all."""

    origin: int
    early: bytes = b""
    eof: bool = False

    def replay(self, transport: asyncio.Transport) -> None:
        """Let the protocol of the transport hear what the client sent before."""
        protocol = transport.get_protocol()
        if self.early and not transport.is_closing():
            deliver(protocol, self.early)
        if self.eof and not transport.is_closing():
            assert isinstance(protocol, asyncio.Protocol | asyncio.BufferedProtocol)
            if not protocol.eof_received():
                transport.close()


def deliver(protocol: asyncio.BaseProtocol, data: bytes) -> None:
    """Let a protocol of either kind hear octets."""
    if isinstance(protocol, asyncio.BufferedProtocol):
        _fill(protocol, data)
    elif isinstance(protocol, asyncio.Protocol):
        protocol.data_received(data)


def _fill(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    view = memoryview(data)
    while view:
        buffer = memoryview(protocol.get_buffer(len(view)))
        count = min(len(buffer), len(view))
        buffer[:count] = view[:count]
        protocol.buffer_updated(count)
        view = view[count:]
