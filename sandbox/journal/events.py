"""What can stand on the timeline. Events are frozen and named in the past tense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What was agreed in a TLS handshake; ``server_name`` is the client's SNI, if it sent one (RFC 6066 §3)."""

    version: str
    cipher: str
    server_name: str | None = None


@dataclass(frozen=True, slots=True)
class ListenerOpened:
    """A listener accepts from now on. ``connection`` is 0: no client is involved."""

    service: str
    listener: str
    transport: str
    address: str
    connection: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A client connected, or a UDP peer sent its first datagram."""

    connection: int
    service: str
    listener: str
    transport: str
    local: str
    peer: str


@dataclass(frozen=True, slots=True)
class TlsStarted:
    """A TLS handshake succeeded, at the start of the connection or after STARTTLS."""

    connection: int
    service: str
    facts: TlsFacts


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes from the client, in plain text also under TLS; one datagram for UDP."""

    connection: int
    service: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes to the client, in plain text also under TLS; one datagram for UDP."""

    connection: int
    service: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has a meaning in the protocol: a mail accepted, a login refused, a file stored.

    ``name`` is a dotted name as ``mail.accepted``; ``details`` hold plain values only.
    """

    connection: int
    service: str
    name: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crashed:
    """Our own code failed while serving this connection; never the client's fault."""

    connection: int
    service: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone. ``reason`` is one of: client, server, idle, reset, error, handed over, stopped."""

    connection: int
    service: str
    reason: str
    received: int
    sent: int

    @property
    def told(self) -> str:
        """The reason in words."""
        return _REASONS.get(self.reason, self.reason)


_REASONS = {
    "client": "closed by the client",
    "server": "closed by the server",
    "idle": "closed after idleness",
    "reset": "reset by the client",
    "error": "broken off by an error",
    "handed over": "handed over to another listener",
    "stopped": "closed because the sandbox stopped",
}

Event: TypeAlias = ListenerOpened | Opened | TlsStarted | Received | Sent | Fact | Crashed | Closed


class Entry(NamedTuple):
    """One place on the timeline: ``sequence`` strictly rises from 1, ``time`` is in seconds since the epoch."""

    sequence: int
    time: float
    event: Event
