"""A transport for UDP on a socket of the socket module, for loops whose own is not."""

from __future__ import annotations

import asyncio
import collections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any

MAX_DATAGRAM = 256 * 1024
HIGH_WATER = 64 * 1024


class Datagrams(asyncio.DatagramTransport):
    """Uses the public methods of its loop only. ``opened`` is done once the protocol has been told."""

    def __init__(self, loop: Any, sock: socket, protocol: Any) -> None:
        sock.setblocking(False)
        self._peer = _peer(sock)
        super().__init__({"socket": sock, "sockname": sock.getsockname(), "peername": self._peer})
        self.opened = loop.create_future()
        self._loop = loop
        self._sock = sock
        self._protocol = protocol
        self._unsent: collections.deque[tuple[bytes, Any]] = collections.deque()
        self._closing = False
        self._paused = False
        self._limits = HIGH_WATER // 4, HIGH_WATER
        loop.call_soon(self._open)

    def _open(self) -> None:
        try:
            self._protocol.connection_made(self)
            if not self._closing:
                self._loop.add_reader(self._sock, self._read)
        except Exception as error:
            self._sock.close()
            if self.opened.cancelled():
                raise
            self.opened.set_exception(error)
        else:
            if not self.opened.cancelled():
                self.opened.set_result(None)

    def _read(self) -> None:
        try:
            data, address = self._sock.recvfrom(MAX_DATAGRAM)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            self._protocol.error_received(error)
        else:
            self._protocol.datagram_received(data, address)

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send now, or as soon as the socket takes it."""
        if not data or self._sock.fileno() < 0:
            return
        if self._peer is not None and addr not in (None, self._peer):
            raise ValueError(f"Invalid address: must be None or {self._peer}")
        self._unsent.append((bytes(data), None if self._peer else addr))
        if len(self._unsent) == 1:
            self._write()
        if not self._paused and self.get_write_buffer_size() > self._limits[1]:
            self._paused = True
            self._protocol.pause_writing()

    def _write(self) -> None:
        while self._unsent:
            data, address = self._unsent[0]
            try:
                if address is None:
                    self._sock.send(data)
                else:
                    self._sock.sendto(data, address)
            except (BlockingIOError, InterruptedError):
                self._loop.add_writer(self._sock, self._write)
                return
            except OSError as error:
                self._protocol.error_received(error)
            self._unsent.popleft()
        self._loop.remove_writer(self._sock)
        if self._paused:
            self._paused = False
            self._protocol.resume_writing()
        if self._closing:
            self._loop.call_soon(self._lost)

    def is_closing(self) -> bool:
        """Whether close() or abort() was called."""
        return self._closing

    def get_write_buffer_size(self) -> int:
        """How many octets wait to be sent."""
        return sum(len(data) for data, _ in self._unsent)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """How many octets may wait before the protocol is asked to pause."""
        if high is None:
            high = HIGH_WATER if low is None else 4 * low
        self._limits = (high // 4 if low is None else low), high

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high mark."""
        return self._limits

    def get_protocol(self) -> Any:
        """The protocol that is told of datagrams."""
        return self._protocol

    def set_protocol(self, protocol: Any) -> None:
        """Tell another protocol from now on."""
        self._protocol = protocol

    def close(self) -> None:
        """Stop reading, and close when everything is sent."""
        if not self._closing:
            self._closing = True
            self._loop.remove_reader(self._sock)
            if not self._unsent:
                self._loop.call_soon(self._lost)

    def abort(self) -> None:
        """Close at once."""
        self._unsent.clear()
        self._loop.remove_writer(self._sock)
        self._closing = True
        self._loop.remove_reader(self._sock)
        self._loop.call_soon(self._lost)

    def _lost(self) -> None:
        if self._sock.fileno() >= 0:
            self._sock.close()
            self._protocol.connection_lost(None)


def _peer(sock: socket) -> Any:
    try:
        return sock.getpeername()
    except OSError:
        return None
