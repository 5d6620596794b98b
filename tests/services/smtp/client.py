"""A client that says exactly what a test wants, and reads whole replies."""

from __future__ import annotations

import socket
import ssl
from types import TracebackType

from sandbox.background import BackgroundEngine
from tests.conftest import raw_client


class RawClient:
    """One connection to the SMTP service; the greeting is read already."""

    def __init__(self, sandbox: BackgroundEngine, listener: str = "main") -> None:
        self.sock: socket.socket = raw_client(sandbox, "smtp", listener)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.greeting = self.reply()

    def say(self, *lines: str) -> str:
        """Send the lines in one segment and return the reply to the last one; each gets exactly one reply."""
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return [self.reply() for _ in lines][-1]

    def reply(self) -> str:
        """The next reply, all its lines; "" when the server has closed."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            while b"\r\n" not in self._buffer:
                chunk = self.sock.recv(65536)
                if not chunk:
                    return "\n".join(lines)
                self._buffer += chunk
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            lines.append(line.decode())
        return "\n".join(lines)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands; the reply to STARTTLS has been read."""
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sock.close()
