"""The timeline itself: append, look back, watch. Bounded in events and in bytes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

from sandbox.journal.events import Crashed, Entry, Event, Fact, Received, Sent

# What an entry costs beside the bytes it carries; measured with tracemalloc on CPython 3.11.
ENTRY_OVERHEAD = 200
_VALUE_OVERHEAD = 60  # of each text in a list

Watcher = Callable[[Entry], None]


class Journal:
    """Append-only and always on; the oldest entries give way when ``max_events`` or ``max_bytes`` is passed.

    ``evicted`` counts the entries that gave way, ``rewound`` how often it was cleared or restored. ``clock`` returns
    seconds since the epoch. Not thread-safe: it belongs to the loop's thread.
    """

    def __init__(
        self,
        *,
        max_events: int = 100_000,
        max_bytes: int = 64 * 1024 * 1024,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.max_events = max_events
        self.max_bytes = max_bytes
        self.evicted = 0
        self.rewound = 0
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._sequence = 0
        self._connections = 0
        self._watchers: list[Watcher] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    @property
    def size(self) -> int:
        """Octets held, overhead included."""
        return self._bytes

    def number_connection(self) -> int:
        """The number of a new connection; counted once across all services, from 1."""
        self._connections += 1
        return self._connections

    def append(self, event: Event) -> Entry:
        """Put an event on the timeline and tell the watchers."""
        self._sequence += 1
        entry = Entry(self._sequence, self._clock(), event)
        self._entries.append(entry)
        self._bytes += _cost(event)
        while self._bytes > self.max_bytes or len(self._entries) > self.max_events:
            self._evict()
        for watcher in tuple(self._watchers):
            watcher(entry)
        return entry

    def connection(self, number: int) -> list[Entry]:
        """The entries of one connection, in order."""
        return [entry for entry in self._entries if entry.event.connection == number]

    @property
    def last(self) -> int:
        """The sequence number of the newest entry there ever was; 0 if there was none."""
        return self._sequence

    @property
    def oldest(self) -> int:
        """The sequence number of the oldest entry that is left; that of the next one if none is."""
        return self._entries[0].sequence if self._entries else self._sequence + 1

    def since(self, sequence: int) -> list[Entry]:
        """The entries that are newer than the one with this number, in order."""
        older = max(0, len(self._entries) - max(0, self._sequence - sequence))
        # Not all that are left need be newer: going back to a snapshot leaves a gap in the numbers.
        return [entry for entry in islice(self._entries, older, None) if entry.sequence > sequence]

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` with each new entry; returns the function that ends it. A watcher must not raise."""
        self._watchers.append(watcher)

        def unwatch() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unwatch

    def clear(self) -> None:
        """Forget the entries; sequence and connection numbers go on rising."""
        self._entries.clear()
        self._bytes = 0
        self.rewound += 1

    def snapshot(self) -> object:
        """The entries there are, and how many connections there were."""
        return tuple(self._entries), self._bytes, self._connections, self.evicted

    def restore(self, snapshot: object) -> None:
        """Have these entries and count connections on from there; sequence numbers go on rising."""
        assert isinstance(snapshot, tuple)
        entries, self._bytes, self._connections, self.evicted = snapshot
        self._entries = deque(entries)
        self.rewound += 1

    def _evict(self) -> None:
        entry = self._entries.popleft()
        self._bytes -= _cost(entry.event)
        self.evicted += 1


def _cost(event: Event) -> int:
    match event:
        case Received() | Sent():
            return ENTRY_OVERHEAD + len(event.data)
        case Fact():  # a client can make a name, a path or a list of recipients as long as it may be
            return ENTRY_OVERHEAD + sum(map(_length, event.details.values()))
        case Crashed():
            return ENTRY_OVERHEAD + len(event.traceback)
        case _:
            return ENTRY_OVERHEAD


def _length(value: object) -> int:
    """About the octets that a plain value holds beyond its share of the overhead."""
    match value:
        case str() | bytes():
            return len(value)
        case list() | tuple():
            return sum(_VALUE_OVERHEAD + _length(each) for each in value)
        case _:
            return 0
