"""One connection of a check to the server, and the record of what went over it."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

MOST = 16_000_000  # octets read from one server; what sends more never ends


class Wrong(Exception):  # noqa: N818 - it is a finding, not an error of ours
    """The server did something it should not have done: the hint says what, and why that matters."""

    def __init__(self, hint: str, came: str | None = None) -> None:
        super().__init__(hint)
        self.hint = hint
        self.came = came


class Silent(Exception):  # noqa: N818
    """The server said nothing for as long as a client is ready to wait."""


@dataclass(slots=True)
class Record:
    """What was sent and what came, over all connections of a step."""

    sent: list[bytes] = field(default_factory=list)
    came: list[bytes] = field(default_factory=list)
    connections: int = 0
    end: str = ""
    """How the last connection ended, if it did."""


class Talk:
    """A TCP connection. Whatever waits raises Silent when ``wait()`` seconds have passed, and OSError as sockets do."""

    def __init__(self, sock: socket.socket, record: Record, wait: Callable[[], float]) -> None:
        self._sock = sock
        self._record = record
        self._wait = wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close. What the server has closed already is reset, or its port would be taken for a minute after its end."""
        with contextlib.suppress(OSError):
            self._sock.setblocking(False)
            if self._sock.recv(1, socket.MSG_PEEK) == b"":
                self._abort_on_close()
        self._sock.close()

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._record.sent.append(data)
        self._sock.settimeout(self._wait())
        self._sock.sendall(data)

    def receive(self, wait: float | None = None) -> bytes:
        """What arrives next, in the pieces TCP makes of it; nothing at all means that the server has closed."""
        self._sock.settimeout(self._wait() if wait is None else min(wait, self._wait()))
        try:
            data = self._sock.recv(65536)
        except TimeoutError:
            raise Silent from None
        if data:
            self._record.came.append(data)
        else:
            self._record.end = "the server closed"
        return data

    def until(self, complete: Callable[[bytes], bool]) -> bytes:
        """What arrives until it is complete, or until the server falls silent or closes."""
        data = b""
        with contextlib.suppress(Silent):
            while not complete(data) and (chunk := self.receive()):
                data = self._joined(data, chunk)
        if not data:
            raise Silent
        return data

    def rest(self) -> bytes:
        """Everything until the server closes."""
        data = b""
        while chunk := self.receive():
            data = self._joined(data, chunk)
        return data

    def closes(self) -> bool:
        """Whether the server closes, whatever it says before that."""
        try:
            self.rest()
        except Silent:
            self._record.end = "the connection stayed open"
            return False
        except ConnectionResetError:
            pass
        return True

    def finish(self) -> None:
        """Close this half: the server reads an end, and can still answer."""
        self._sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Break off as a client does that crashes: with RST instead of FIN (RFC 9293, section 3.10.5)."""
        self._abort_on_close()
        self._sock.close()

    def _abort_on_close(self) -> None:
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def makefile(self, mode: str) -> io.BufferedReader:
        """What arrives as a file, for http.client; ``mode`` is what it asks for and is always ``rb``."""
        return io.BufferedReader(_Reader(self))

    def _joined(self, data: bytes, chunk: bytes) -> bytes:
        # One answer is one entry of the record, however TCP has cut it.
        if data:
            self._record.came[-2:] = [self._record.came[-2] + chunk]
        if len(data) + len(chunk) > MOST:
            raise Wrong(f"the server sends more than {MOST:,} octets")
        return data + chunk


class _Reader(io.RawIOBase):
    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        self._rest = self._rest or self._talk.receive()
        count = min(len(self._rest), len(buffer))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class Datagrams:
    """A UDP client that takes answers from the server alone."""

    def __init__(
        self, sock: socket.socket, address: tuple[str, int], record: Record, wait: Callable[[], float]
    ) -> None:
        self._sock = sock
        self._address = address
        self._record = record
        self._wait = wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sock.close()

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        self._record.sent.append(data)
        self._sock.sendto(data, self._address)

    def receive(self) -> bytes:
        """The next datagram. Raises Silent, and Wrong if it comes from elsewhere."""
        self._sock.settimeout(self._wait())
        try:
            data, address = self._sock.recvfrom(65536)
        except TimeoutError:
            raise Silent from None
        self._record.came.append(data)
        if address[:2] != self._address:
            raise Wrong(
                "the answer comes from another socket than the one that was asked: clients ignore it;"
                " call sendto() on the socket that received the datagram"
            )
        return data
