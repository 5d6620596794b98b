"""One accepted client: its number, where it came from, and what is known about it so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.faults import CONNECT, Faults, Point
from sandbox.faults.effects import Effect
from sandbox.faults.engine import ActiveRule
from sandbox.journal import Crashed, Fact, Journal, Opened, TlsFacts
from sandbox.settings.models import Binding


def unharmed(_: Effect) -> bool:
    """What is suffered where nothing can be bent: nothing, and the service goes on."""
    return True


def nothing() -> None:
    """The wake of a connection whose protocol needs none."""


@dataclass(slots=True)
class Connection:
    """Handed to whatever serves the client. ``peer`` and ``local`` are written ``host:port`` or a path.

    ``opening`` is the event that stands at its beginning, ``purpose`` what is known of it then: ``data`` and the command
    for FTP's data connections. ``tls`` is None while the connection is in plain text. ``user`` is who has logged in; the service tells. ``wake``
    may be called at any time, also while the core is being asked: ``Core.poke`` follows soon. ``suffer`` lets the
    connection as a whole suffer an effect, and returns whether the service may go on as if nothing had been.
    """

    number: int
    service: str
    binding: Binding
    local: str
    peer: str
    journal: Journal = field(repr=False)
    peer_host: str = ""
    tls: TlsFacts | None = None
    user: str = ""
    opening: str = CONNECT
    purpose: str = ""
    faults: Faults = field(default_factory=Faults, repr=False)
    suffer: Callable[[Effect], bool] = field(default=unharmed, repr=False)
    wake: Callable[[], None] = field(default=nothing, repr=False)

    def opened(self) -> None:
        """Put its beginning on the timeline."""
        binding = self.binding
        self.journal.append(
            Opened(self.number, self.service, binding.name, binding.transport, self.local, self.peer)
        )

    def note(self, name: str, /, **details: object) -> None:
        """Put a fact on the timeline: a dotted name in the past tense, as ``mail.accepted``, and plain values."""
        self.journal.append(Fact(self.number, self.service, name, details))

    def fault(
        self, event: str = CONNECT, argument: str = "", *, size: int = 0, sender: str = ""
    ) -> Effect | None:
        """What goes wrong with a command: None if it shall be done, else the effect, and it must not be done.

        What concerns the connection as a whole, as a delay or its end, has happened then already; a reply that the
        effect may have is for the service to say. The hit stands on the timeline. ``argument`` is never a password; for
        ``size`` and ``sender`` see Point.
        """
        if not self.faults.active:
            return None
        rule = self.faults.hit(
            Point(
                service=self.service,
                event=event,
                argument=argument,
                listener=self.binding.name,
                user=self.user,
                peer=self.peer_host,
                size=size,
                sender=sender,
            )
        )
        return None if rule is None else self.afflict(rule.name, rule.effect, event, argument)

    def refused(self, refusal: ActiveRule) -> None:
        """Suffer that nobody may listen where it came, which counts as a hit."""
        refusal.matches += 1
        refusal.hits += 1
        self.afflict(refusal.rule.name, refusal.rule.effect, CONNECT, "")

    def afflict(self, rule: str, effect: Effect, event: str, argument: str) -> Effect | None:
        """Let an effect happen, and tell it on the timeline; returns what :meth:`fault` does."""
        self.note("fault.hit", rule=rule, effect=effect.kind, event=event, argument=argument)
        return None if self.suffer(effect) else effect

    def crashed(self, traceback: str) -> None:
        """Put a failure of our own on the timeline."""
        self.journal.append(Crashed(self.number, self.service, traceback))
