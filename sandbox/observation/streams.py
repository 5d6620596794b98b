"""What came in by TCP and UDP, as octets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.journal import Closed, Entry, Event, Journal, Opened, Reader, Received, Sent


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
    received: bytearray = field(default_factory=bytearray)
    sent: bytearray = field(default_factory=bytearray)
    open: bool = True
    sequence: int = 0
    time: float = 0.0


class Streams:
    """Collects the octets of the connections of some services; forgets those the timeline knows nothing more of."""

    def __init__(self, journal: Journal, services: Iterable[str]) -> None:
        self._journal = journal
        self._services = frozenset(services)
        self._reader = Reader(journal, forget=self._begin_anew)
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
        for entry in self._reader.news():
            if entry.event.service in self._services:
                self._read(entry)
        oldest = self._journal.oldest
        self._datagrams = [each for each in self._datagrams if each.sequence >= oldest]
        self._pipes = {
            number: pipe for number, pipe in self._pipes.items() if pipe.open or pipe.sequence >= oldest
        }

    def _begin_anew(self) -> None:
        """Who is still connected is known from before."""
        self._datagrams.clear()
        self._pipes = {number: _Pipe(pipe.opened) for number, pipe in self._pipes.items() if pipe.open}

    def _read(self, entry: Entry) -> None:
        event = entry.event
        pipe = self._pipe(event)
        if pipe is None:
            return
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

    def _pipe(self, event: Event) -> _Pipe | None:
        """What collects the octets of the connection; None for what is left of one that is forgotten."""
        number = event.connection
        if isinstance(event, Opened):
            self._pipes[number] = _Pipe(event)
        elif number not in self._pipes and isinstance(event, Received | Sent):
            # It was opened before all that the timeline still knows.
            self._pipes[number] = _Pipe(Opened(number, event.service, "", "", "", ""))
        return self._pipes.get(number)


def _datagram(opened: Opened, data: bytes, entry: Entry) -> Datagram:
    return Datagram(
        opened.listener, data, opened.peer, opened.service, opened.connection, entry.sequence, entry.time
    )


def _cut(data: bytes, longest: int = 50) -> str:
    return repr(data) if len(data) <= longest else f"{data[:longest]!r}…"
