"""A reader of the timeline: what has come since it looked last."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.journal.events import Entry
from sandbox.journal.journal import Journal


class Reader:
    """Reads each entry once. ``forget`` is called where the timeline was cleared or restored, before it is read anew."""

    def __init__(self, journal: Journal, forget: Callable[[], None]) -> None:
        self._journal = journal
        self._forget = forget
        self._read = 0
        self._rewound = journal.rewound

    def news(self) -> list[Entry]:
        """The entries since the last time, in order; all of them at first."""
        journal = self._journal
        if journal.rewound != self._rewound:
            self._rewound = journal.rewound
            self._read = 0
            self._forget()
        found = journal.since(self._read)
        self._read = journal.last
        return found
