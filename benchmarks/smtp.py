"""Mails per second, sent by a client that costs next to nothing itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import Plan, compare, rate
from benchmarks.servers import HOST, Server, beside

CONFIGURATION = "[services.smtp]\nport = 0\n"
LINE = b"x" * 78 + b"\r\n"


def letter(size: int) -> bytes:
    """A mail of about so many octets with its final dot, as it goes over the wire."""
    return b"Subject: benchmark\r\n\r\n" + LINE * (size // len(LINE)) + b".\r\n"


class Dialogue:
    """A connection on which commands are said and replies are read."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=30)
        self._replies = self._socket.makefile("rb")
        self._reply()
        self.say(b"EHLO benchmark.test\r\n")

    def say(self, octets: bytes) -> None:
        """Say something, and wait for the reply."""
        self._socket.sendall(octets)
        self._reply()

    def send(self, mail: bytes) -> None:
        """Send a mail."""
        self.say(b"MAIL FROM:<ann@example.org>\r\n")
        self.say(b"RCPT TO:<bob@example.org>\r\n")
        self.say(b"DATA\r\n")
        self.say(mail)

    def close(self) -> None:
        """Say goodbye."""
        self.say(b"QUIT\r\n")
        self._replies.close()
        self._socket.close()

    def _reply(self) -> None:
        while (line := self._replies.readline())[3:4] == b"-":
            pass
        if line[:1] not in (b"2", b"3"):
            raise RuntimeError(f"refused: {line!r}")


@contextmanager
def connected(server: Server) -> Iterator[Dialogue]:
    """A dialogue with the server."""
    dialogue = Dialogue(server.port("smtp"))
    try:
        yield dialogue
    finally:
        dialogue.close()


def run(plan: Plan) -> None:
    """Small mails over one connection and over new ones, and large mails."""
    small, large = letter(1000), letter(1_000_000)

    def kept(server: Server, mail: bytes, count: int) -> float:
        with connected(server) as dialogue:
            return rate(count, lambda: dialogue.send(mail))

    def once(server: Server) -> None:
        with connected(server) as dialogue:
            dialogue.send(small)

    with beside(CONFIGURATION, ["aiosmtpd", "smtpdfix"]) as servers:
        compare(
            plan,
            servers,
            "mails of 1 kB over one connection, per s",
            lambda s: kept(s, small, plan.count(500)),
        )
        compare(
            plan,
            servers,
            "mails of 1 kB, a connection for each, per s",
            lambda s: rate(plan.count(200), lambda: once(s)),
        )
        compare(
            plan,
            servers,
            "mails of 1 MB over one connection, per s",
            lambda s: kept(s, large, plan.count(20)),
        )
