"""UDP: each datagram on the timeline, answered by a plain function; peers stand in for connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sandbox.faults import Faults
from sandbox.faults.effects import Effect
from sandbox.journal import Closed, Journal, Opened, Received, Sent
from sandbox.net.connection import Connection
from sandbox.net.crossing import Crossing
from sandbox.net.sockets import describe
from sandbox.settings.models import Binding, Limits

#: Answers one datagram with any number of datagrams. Must not raise on anything a client may send.
Answer: TypeAlias = Callable[[Connection, bytes], Iterable[bytes]]


class Answering(Protocol):
    """What answers go out by: a UDP socket, or what sends as one would that has the address."""

    def getsockname(self) -> Any: ...

    def sendto(self, data: bytes, address: Any, /) -> int: ...


@dataclass(slots=True)
class _Peer:
    connection: Connection
    crossing: Crossing
    received: int = 0
    sent: int = 0

    def fault(self, data: bytes) -> Effect | None:
        """What happens to a datagram; the argument is its text."""
        connection = self.connection
        if not connection.faults.active:
            return None
        return connection.fault("datagram", data.decode("utf-8", "replace"), size=len(data))


class DatagramListener(asyncio.DatagramProtocol):
    """One UDP socket. A peer is forgotten when more than ``limits.connections`` others have spoken since."""

    def __init__(
        self,
        sock: socket.socket,
        service: str,
        binding: Binding,
        limits: Limits,
        answer: Answer,
        journal: Journal,
        faults: Faults,
    ) -> None:
        self._socket = sock
        self._service = service
        self._binding = binding
        self._limits = limits
        self._answer = answer
        self._journal = journal
        self._faults = faults
        self._local = describe(sock.getsockname())
        self._peers: OrderedDict[Any, _Peer] = OrderedDict()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.receive(data, addr, self._socket)

    def receive(self, data: bytes, addr: Any, sock: Answering) -> None:
        """Answer a datagram from ``addr`` by way of ``sock``, whose own address is the one the client sent it to."""
        peer = self._peer(addr, sock)
        fault = peer.fault(data)

        def answer(said: bytes) -> None:
            self._send(peer, said, addr, sock)

        def arrive(heard: bytes) -> None:
            for said in self._answers(peer, heard):
                peer.crossing.carry("to_client", fault, said, answer)

        peer.crossing.carry("to_server", fault, data, arrive)

    def forget(self) -> None:
        """Drop what has come and was not yet read, and do not know any peer; nobody is told."""
        for peer in self._peers.values():
            peer.crossing.stop()
        self._peers.clear()
        with contextlib.suppress(OSError):
            while True:
                self._socket.recvfrom(1)

    def connection_lost(self, exc: Exception | None) -> None:
        while self._peers:
            self._forget("stopped")

    def _answers(self, peer: _Peer, data: bytes) -> Iterable[bytes]:
        connection = peer.connection
        peer.received += len(data)
        self._journal.append(Received(connection.number, self._service, data))
        try:
            return list(self._answer(connection, data))
        except Exception:
            connection.crashed(traceback.format_exc())
            return ()

    def _send(self, peer: _Peer, data: bytes, addr: Any, sock: Answering) -> None:
        connection = peer.connection
        try:
            # Not through the transport: asyncio of Python 3.11 drops empty datagrams.
            sock.sendto(data, addr)
        except OSError as error:  # too long for UDP, or the send buffer is full: UDP may lose it
            connection.note("datagram.lost", size=len(data), reason=error.strerror or str(error))
            return
        peer.sent += len(data)
        self._journal.append(Sent(connection.number, self._service, data))

    def _peer(self, addr: Any, sock: Answering) -> _Peer:
        local = self._local if sock is self._socket else describe(sock.getsockname())
        key = local, addr
        if key in self._peers:
            self._peers.move_to_end(key)
            return self._peers[key]
        if len(self._peers) >= self._limits.connections:
            self._forget("idle")
        connection = Connection(
            number=self._journal.number_connection(),
            service=self._service,
            binding=self._binding,
            local=local,
            peer=describe(addr),
            peer_host=addr[0] if isinstance(addr, tuple) else "",
            journal=self._journal,
            faults=self._faults,
            suffer=lambda _: False,  # it is for the crossing
        )
        self._journal.append(
            Opened(connection.number, self._service, self._binding.name, "udp", local, connection.peer)
        )
        self._peers[key] = _Peer(connection, Crossing(self._faults.dice(f"{connection.number} datagrams")))
        return self._peers[key]

    def _forget(self, reason: str) -> None:
        _, peer = self._peers.popitem(last=False)
        peer.crossing.stop()
        self._journal.append(Closed(peer.connection.number, self._service, reason, peer.received, peer.sent))
