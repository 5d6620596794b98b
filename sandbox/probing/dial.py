"""How a check reaches the server: connections under one time limit, with one record."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import Protocol

from sandbox.probing.talk import Datagrams, Record, Silent, Talk

RETRY = 0.02  # seconds; between bind() and listen() connections are refused
STEP = 6  # times the patience is what one step may take

_REACHABLE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, slots=True)
class Listener:
    """What the program has bound, as it sees it."""

    transport: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport} {host}:{self.port}"


class Server(Protocol):
    """What a check asks of the program that it talks to."""

    def address(self, listener: Listener) -> tuple[str, int]:
        """Where the listener really is. Raises ConnectionRefusedError if it is there no longer."""

    def alive(self) -> bool:
        """Whether the program runs."""

    def ended(self, within: float) -> bool:
        """Whether it has ended, or does so in so many seconds."""

    def revive(self) -> None:
        """Start it again if it has ended. Raises Wrong if it does not bind its address again."""

    def last_words(self) -> str:
        """The last line the program has written on stderr, which is what a traceback says."""


class Dial:
    """Opens connections to one listener. Each wait takes ``patience`` seconds, all together until ``end``.

    ``memory`` is what the steps of one listener tell each other.
    """

    def __init__(
        self, server: Server, listener: Listener, patience: float, end: float, memory: dict[str, bytes]
    ) -> None:
        self.server = server
        self.listener = listener
        self.patience = patience
        self.memory = memory
        self.record = Record()
        self.end = min(end, time.monotonic() + STEP * patience)

    def impatient(self, part: float) -> Dial:
        """The same with shorter waits, and the same record."""
        other = Dial(self.server, self.listener, self.patience * part, self.end, self.memory)
        other.record = self.record
        return other

    def wait(self) -> float:
        """The seconds that are left for the next wait. Raises Silent if there are none."""
        left = min(self.patience, self.end - time.monotonic())
        if left <= 0:
            raise Silent
        return left

    def tcp(self) -> Talk:
        """A new connection. Raises OSError, Silent."""
        give_up = time.monotonic() + self.wait()
        while True:
            try:
                sock = self._connected()
            except ConnectionRefusedError:
                if time.monotonic() > give_up or not self.server.alive():
                    raise
                time.sleep(RETRY)
            else:
                self.record.connections += 1
                return Talk(sock, self.record, self.wait)

    def udp(self) -> Datagrams:
        """A new client's socket."""
        host, port = self.server.address(self.listener)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        address = (_REACHABLE.get(host, host), port)
        return Datagrams(socket.socket(family, socket.SOCK_DGRAM), address, self.record, self.wait)

    def _connected(self) -> socket.socket:
        host, port = self.server.address(self.listener)
        try:
            return socket.create_connection((_REACHABLE.get(host, host), port), self.wait())
        except TimeoutError:
            raise Silent from None
