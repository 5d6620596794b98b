"""The one append-only, bounded timeline of everything that happened."""

from sandbox.journal.events import (
    Closed,
    Crashed,
    Entry,
    Event,
    Fact,
    ListenerOpened,
    Opened,
    Received,
    Sent,
    TlsFacts,
    TlsStarted,
)
from sandbox.journal.journal import Journal
from sandbox.journal.reader import Reader
from sandbox.journal.render import dialogue, transcript

__all__ = [
    "Closed",
    "Crashed",
    "Entry",
    "Event",
    "Fact",
    "Journal",
    "ListenerOpened",
    "Opened",
    "Reader",
    "Received",
    "Sent",
    "TlsFacts",
    "TlsStarted",
    "dialogue",
    "transcript",
]
