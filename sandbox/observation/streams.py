"""What came in by TCP and UDP, as octets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.journal import Closed, Entry, Journal, Opened, Received, Sent


@dataclass(frozen=True)
class Stream:
    """One connection: all it ``received`` from its client and ``sent`` to it so far; ``sequence`` is the latest octets'."""

    listener: str
    received: bytes
    sent: bytes
    open: bool
    peer: str
    service: str
    connection: int
    sequence: int
    time: float

    def __str__(self) -> str:
        state = "open" if self.open else "closed"
        return f"{self.listener}: {_cut(self.received)} ({len(self.received)} octets, {state})"

    @property
    def data(self) -> bytes:
        """What it received, under the name that the condition and datagrams have."""
        return self.received


@dataclass(frozen=True)
class Datagram:
    """One datagram from a client."""

    listener: str
    data: bytes
    peer: str
    service: str
    connection: int
    sequence: int
    time: float

    def __str__(self) -> str:
        return f"{self.listener}: {_cut(self.data)}"


@dataclass
class _Pipe:
    opened: Opened
    received: bytearray
    sent: bytearray
    open: bool = True
    sequence: int = 0
    time: float = 0.0


class Streams:
    """Collects the octets of the connections of some services; forgets those the timeline knows nothing more of."""

    def __init__(self, journal: Journal, services: Iterable[str]) -> None:
        self._journal = journal
        self._services = frozenset(services)
        self._read = 0
        self._rewound = journal.rewound
        self._pipes: dict[int, _Pipe] = {}
        self._datagrams: list[Datagram] = []

    def streams(self) -> list[Stream]:
        """The connections, in the order in which they were opened."""
        self._read_on()
        return [
            Stream(
                listener=pipe.opened.listener,
                received=bytes(pipe.received),
                sent=bytes(pipe.sent),
                open=pipe.open,
                peer=pipe.opened.peer,
                service=pipe.opened.service,
                connection=number,
                sequence=pipe.sequence,
                time=pipe.time,
            )
            for number, pipe in self._pipes.items()
            if pipe.sequence >= self._journal.oldest
        ]

    def datagrams(self) -> list[Datagram]:
        """The datagrams of clients, in the order of their arrival."""
        self._read_on()
        return list(self._datagrams)

    def _read_on(self) -> None:
        journal = self._journal
        if journal.rewound != self._rewound:
            self._rewound = journal.rewound
            self._read = 0
            self._datagrams.clear()
            # Who is still connected is known from before.
            self._pipes = {
                number: _Pipe(pipe.opened, bytearray(), bytearray())
                for number, pipe in self._pipes.items()
                if pipe.open
            }
        for entry in journal.since(self._read):
            event = entry.event
            if event.service not in self._services:
                continue
            if isinstance(event, Opened):
                self._pipes[event.connection] = _Pipe(event, bytearray(), bytearray())
            elif event.connection not in self._pipes:  # opened before all that the timeline still knows
                if not isinstance(event, Received | Sent):
                    continue
                unknown = Opened(event.connection, event.service, "", "", "", "")
                self._pipes[event.connection] = _Pipe(unknown, bytearray(), bytearray())
            pipe = self._pipes[event.connection]
            pipe.sequence = max(pipe.sequence, entry.sequence)
            match event:
                case Received(data=data):
                    pipe.received += data
                    pipe.time = entry.time
                    if event.service == "udp":
                        self._datagrams.append(_datagram(pipe.opened, data, entry))
                case Sent(data=data):
                    pipe.sent += data
                case Closed():
                    pipe.open = False
        self._read = journal.last
        self._datagrams = [each for each in self._datagrams if each.sequence >= journal.oldest]
        self._pipes = {
            number: pipe
            for number, pipe in self._pipes.items()
            if pipe.open or pipe.sequence >= journal.oldest
        }


def _datagram(opened: Opened, data: bytes, entry: Entry) -> Datagram:
    return Datagram(
        opened.listener, data, opened.peer, opened.service, opened.connection, entry.sequence, entry.time
    )


def _cut(data: bytes, longest: int = 50) -> str:
    return repr(data) if len(data) <= longest else f"{data[:longest]!r}…"
