"""The transport that the inner protocol of a tap is given."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from sandbox.net.connection import Connection

if TYPE_CHECKING:
    from sandbox.net.tap import Tap


class TapTransport(asyncio.Transport):
    """The upper half of a tap: asks the lower half for everything."""

    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap

    @property
    def connection(self) -> Connection:
        """The connection this transport belongs to."""
        return self._tap.connection

    def start_tls(self, reply: bytes = b"") -> Coroutine[Any, Any, None]:
        """Write the go-ahead and upgrade to TLS below the tap; await the result.

        Nothing more is read in plain text from the call on, so bytes that were smuggled in behind the command meet
        the TLS handshake. What the caller has buffered already it must drop itself (RFC 3207 §6).
        If the handshake fails the connection is closed; check ``is_closing``.
        """
        return self._tap.start_tls(reply)

    @property
    def tap(self) -> Tap:
        """The lower half."""
        return self._tap

    def linger(self) -> None:
        """Close, but first end only our half and read on for a moment."""
        self._tap.linger("server")

    def reset(self) -> None:
        """Close with RST."""
        self._tap.reset()

    def quick_ack(self) -> None:
        """Ask the kernel to acknowledge the next segment without delay."""
        self._tap.quick_ack()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._tap.write(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self._tap.write(b"".join(list_of_data))

    def close(self) -> None:
        self._tap.finish("server")

    def abort(self) -> None:
        self._tap.abort("server")

    def is_closing(self) -> bool:
        return self._tap.is_closing

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        lower = self._tap.lower
        return default if lower is None else lower.get_extra_info(name, default)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._tap.inner = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self._tap.inner is not None
        return self._tap.inner

    def pause_reading(self) -> None:
        self._tap.pause_reading("protocol")

    def resume_reading(self) -> None:
        self._tap.resume_reading("protocol")

    def is_reading(self) -> bool:
        return self._lower.is_reading()

    def write_eof(self) -> None:
        self._tap.write_eof()

    def can_write_eof(self) -> bool:
        return self._lower.can_write_eof()

    def get_write_buffer_size(self) -> int:
        return self._tap.unsent

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._lower.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._lower.set_write_buffer_limits(high, low)

    @property
    def _lower(self) -> asyncio.Transport:
        assert self._tap.lower is not None
        return self._tap.lower
