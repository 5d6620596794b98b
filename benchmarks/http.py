"""Requests per second for a little JSON."""

from __future__ import annotations

import socket
from typing import BinaryIO

from benchmarks.measure import Plan, compare, rate
from benchmarks.servers import HOST, Server, beside

CONFIGURATION = "[services.http]\nport = 0\n"
REQUEST = b"GET /get HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\n\r\n"


class Client:
    """Asks on one connection for as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._answers: BinaryIO

    def get(self) -> None:
        """Ask once, and read the whole answer."""
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=30)
            self._answers = self._socket.makefile("rb")
        self._socket.sendall(REQUEST)
        status = self._answers.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"answered {status!r}")
        kept, length = status.startswith(b"HTTP/1.1"), -1
        while (line := self._answers.readline().strip().lower()) != b"":
            name, _, value = line.partition(b":")
            if name == b"content-length":
                length = int(value)
            elif name == b"connection" and value.strip() == b"close":
                kept = False
        self._answers.read(length)
        if not kept:
            self.close()

    def close(self) -> None:
        """Leave the server."""
        if self._socket is not None:
            self._answers.close()
            self._socket.close()
            self._socket = None


def run(plan: Plan) -> None:
    """As many requests as the server takes on one connection, and a connection for each."""

    def kept(server: Server) -> float:
        client = Client(server.port("http"))
        found = rate(plan.count(1000), client.get)
        client.close()
        return found

    def once(server: Server) -> None:
        client = Client(server.port("http"))
        client.get()
        client.close()

    with beside(CONFIGURATION, ["http.server", "pytest-httpserver"]) as servers:
        compare(plan, servers, "GET /get over one connection, per s", kept)
        compare(
            plan,
            servers,
            "GET /get, a connection for each, per s",
            lambda server: rate(plan.count(300), lambda: once(server)),
        )
