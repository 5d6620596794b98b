"""The control connection: lines come in, replies go out, TLS starts. What the lines mean it does not know."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from aioftp import StreamThrottle

from sandbox.faults.effects.miscount import Miscount
from sandbox.net.connection import Connection
from sandbox.net.tasks import Tasks
from sandbox.net.transport import TapTransport
from sandbox.sansio import LineBuffer, LineTooLongError
from sandbox.services.ftp.replies import reply

#: Lines that may wait; the client is not read from while there are more.
MAX_WAITING = 500

# What clients send before ABOR to get through to a busy server (RFC 959 §4.1.3, RFC 854): IAC IP, IAC DM and the like.
_TELNET = re.compile(rb"(?:\xff[\xfb-\xfe].|\xff[\xf0-\xfa])+", re.DOTALL)


# Alone, as SIZE tells it, or in the announcement of RETR.
_SIZE = re.compile(r"^\d+$|(?<=\()\d+(?= bytes\)$)")


class Control(asyncio.Protocol):
    """One client's control connection, under a tap.

    ``serve`` is run for it as a task. While ``interrupt`` is set, which is during a transfer, it is called with each
    line as it arrives; lines for which it returns True are not kept for :meth:`line`.
    """

    # Set when the connection is made, before anything else is called.
    transport: TapTransport

    def __init__(
        self,
        connection: Connection,
        tasks: Tasks,
        serve: Callable[[Control], Coroutine[Any, Any, None]],
        *,
        max_line: int,
    ) -> None:
        self.connection = connection
        self.interrupt: Callable[[bytes], bool] | None = None
        # aioftp hangs the speed limits of a user here; ours have none.
        self.throttles: dict[str, StreamThrottle] = {}
        self._tasks = tasks
        self._serve = serve
        self._serving: asyncio.Task[None] | None = None
        self._buffer = LineBuffer(max_line)
        self._waiting: deque[bytes | None] = deque()  # None stands for a line that was too long
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        self._upgrading = False
        self._miscount: Miscount | None = None

    # What the tap calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self.transport = transport
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # ftplib sends ABOR as urgent data, whose last octet would otherwise be taken out of the stream.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self._serving = self._tasks.spawn(self._serve(self), f"ftp {self.connection.number}")

    def data_received(self, data: bytes) -> None:
        self._buffer.feed(data)
        while self._take_line():
            pass
        if len(self._waiting) > MAX_WAITING:
            self.transport.pause_reading()
        self._news.set()

    def eof_received(self) -> bool:
        # A client that sends its whole dialogue and half-closes gets its answers; TLS knows no half-closed connection.
        self._ended = True
        self._news.set()
        return self.connection.tls is None

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._writable.set()
        if self._serving is not None:
            self._serving.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def is_busy(self) -> bool:
        """Whether a transfer is under way, which has a time limit of its own."""
        return self.interrupt is not None

    def idle_timeout(self) -> None:
        if not self._upgrading:
            self.send("421", "Timeout: nothing was said for too long, closing control connection")

    # What the session asks.

    @property
    def has_waiting(self) -> bool:
        """Whether lines wait to be answered."""
        return bool(self._waiting)

    async def line(self) -> bytes:
        """The next line. Raises LineTooLongError in place of one, and EOFError when the client sends no more."""
        while not self._waiting:
            if self._ended:
                raise EOFError
            self._news.clear()
            await self._news.wait()
        line = self._waiting.popleft()
        if len(self._waiting) == MAX_WAITING // 2:
            self.transport.resume_reading()
        if line is None:
            raise LineTooLongError
        return line

    def send(self, code: str, *lines: str) -> None:
        """Send one reply in one write."""
        if self._miscount is not None:
            lines = tuple(_SIZE.sub(self._wrong, line) for line in lines)
        self.transport.write(reply(code, lines))

    @contextmanager
    def miscounting(self, effect: Miscount) -> Iterator[None]:
        """Tell sizes wrong meanwhile."""
        self._miscount = effect
        try:
            yield
        finally:
            self._miscount = None

    def _wrong(self, size: re.Match[str]) -> str:
        assert self._miscount is not None
        return str(self._miscount.of(int(size[0])))

    async def drained(self) -> None:
        """Wait while the client does not read what it was told; others have their turn between many commands."""
        if self._waiting:
            await asyncio.sleep(0)
        await self._writable.wait()

    async def start_tls(self, code: str, text: str) -> bool:
        """Send the reply and shake hands; what was sent behind the command in plain text is dropped.

        Returns whether the connection is now encrypted; it is closed otherwise.
        """
        self._upgrading = True
        handshake = self.transport.start_tls(reply(code, [text]))
        self._buffer = LineBuffer(self._buffer.limit)
        self._waiting.clear()
        await handshake
        self._upgrading = False
        return not self.transport.is_closing()

    def _take_line(self) -> bool:
        try:
            line = self._buffer.next_line()
        except LineTooLongError:
            self._waiting.append(None)
            return True
        if line is None:
            return False
        # A file that was opened as a text on Windows ends its lines with CR CR LF, and no name can end with a CR.
        line = line.rstrip(b"\r")
        line = _TELNET.sub(b"", line, count=1) if line.startswith(b"\xff") else line
        if self.interrupt is None or not self.interrupt(line):
            self._waiting.append(line)
        return True
