"""One accepted client: its number, where it came from, and what is known about it so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.journal import Crashed, Fact, Journal, TlsFacts
from sandbox.settings.models import Binding


def nothing() -> None:
    """The wake of a connection whose protocol needs none."""


@dataclass(slots=True)
class Connection:
    """Handed to whatever serves the client. ``peer`` and ``local`` are written ``host:port`` or a path.

    ``tls`` is None while the connection is in plain text. ``wake`` may be called at any time, also while the core is
    being asked: ``Core.poke`` follows soon.
    """

    number: int
    service: str
    binding: Binding
    local: str
    peer: str
    journal: Journal = field(repr=False)
    peer_host: str = ""
    tls: TlsFacts | None = None
    wake: Callable[[], None] = field(default=nothing, repr=False)

    def note(self, name: str, /, **details: object) -> None:
        """Put a fact on the timeline: a dotted name in the past tense, as ``mail.accepted``, and plain values."""
        self.journal.append(Fact(self.number, self.service, name, details))

    def crashed(self, traceback: str) -> None:
        """Put a failure of our own on the timeline."""
        self.journal.append(Crashed(self.number, self.service, traceback))
