"""What has happened since the start, in numbers: the timeline forgets, these do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sandbox.journal import Crashed, Entry, Fact, Journal, Opened, Received, Sent


class Tally:
    """Counts what comes onto a timeline, by service; ``facts`` by service and name."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.opened: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.crashed: Counter[str] = Counter()
        self.facts: Counter[tuple[str, str]] = Counter()
        self.requests: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[tuple[str, str]] = Counter()
        self.octets_of_mail = 0
        self._unwatch: Callable[[], None] | None = None

    def start(self) -> None:
        """Count from now on."""
        self._unwatch = self.journal.watch(self._count)

    def stop(self) -> None:
        """Count no more; may be called twice."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def fact(self, name: str) -> int:
        """How often a fact stood on the timeline, whichever service told it."""
        return sum(count for (_, told), count in self.facts.items() if told == name)

    def _count(self, entry: Entry) -> None:
        event = entry.event
        match event:
            case Received():
                self.received[event.service] += len(event.data)
            case Sent():
                self.sent[event.service] += len(event.data)
            case Opened():
                self.opened[event.service] += 1
            case Crashed():
                self.crashed[event.service] += 1
            case Fact():
                self._count_fact(event)

    def _count_fact(self, fact: Fact) -> None:
        self.facts[fact.service, fact.name] += 1
        details = fact.details
        if fact.name == "request.answered":
            self.requests[fact.service, str(details.get("status"))] += 1
        elif fact.name == "fault.hit":
            self.faults[fact.service, str(details.get("rule"))] += 1
        elif fact.name == "mail.accepted":
            size = details.get("size")
            self.octets_of_mail += size if isinstance(size, int) else 0
