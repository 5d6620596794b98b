"""Entries of the timeline as JSON."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from sandbox.journal import Entry, Event, Received, Sent, TlsStarted
from sandbox.web.patterns import Pattern, fits
from sandbox.web.routes import Query
from sandbox.web.shape import Shape

Kind: TypeAlias = Literal[
    "listener_opened", "opened", "tls_started", "received", "sent", "fact", "crashed", "closed"
]
_KINDS: Mapping[str, Kind] = {
    "ListenerOpened": "listener_opened",
    "Opened": "opened",
    "TlsStarted": "tls_started",
    "Received": "received",
    "Sent": "sent",
    "Fact": "fact",
    "Crashed": "crashed",
    "Closed": "closed",
}


class EntryFilter(Query):
    """Which entries are meant. Patterns are compared with whole texts, * and ? allowed; /…/ is searched in them."""

    service: Pattern | None = None
    """The service, as smtp."""
    connection: int | None = None
    """The number of the connection."""
    kind: Kind | None = None
    """What kind of entry."""
    name: Pattern | None = None
    """The name of a fact, as mail.accepted; other entries have none."""
    details: Pattern | None = None
    """The details of a fact, written as in transcripts: path=/report.txt, size=12."""


class EntryModel(Shape):
    """One entry. ``fields`` are those of its kind; octets are ``data`` in base64 and, as far as it is one, ``text``."""

    sequence: int
    time: datetime
    kind: Kind
    service: str
    connection: int
    fields: dict[str, Any]


class EntryQuery(EntryFilter):
    """Which entries are meant, and from where on."""

    after: Annotated[int, Field(ge=0)] = 0
    """Only entries with a higher sequence number than this."""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    """Entries at the most."""


def fits_entry(entry: Entry, wanted: EntryFilter) -> bool:
    """Whether an entry is one of those meant."""
    event = entry.event
    return (
        (wanted.kind is None or _KINDS[type(event).__name__] == wanted.kind)
        and (wanted.connection is None or event.connection == wanted.connection)
        and fits(wanted.service, event.service)
        and (wanted.name is None or fits(wanted.name, getattr(event, "name", "")))
        and (wanted.details is None or fits(wanted.details, _details(event)))
    )


def model(entry: Entry) -> EntryModel:
    """The entry as JSON has it."""
    return EntryModel(
        sequence=entry.sequence,
        time=datetime.fromtimestamp(entry.time, UTC),
        kind=_KINDS[type(entry.event).__name__],
        service=entry.event.service,
        connection=entry.event.connection,
        fields=_fields(entry.event),
    )


def _fields(event: Event) -> dict[str, Any]:
    if isinstance(event, Received | Sent):
        text = event.data.decode("utf-8", "replace")
        return {"data": base64.b64encode(event.data).decode(), "text": text}
    if isinstance(event, TlsStarted):
        return {name: getattr(event.facts, name) for name in ("version", "cipher", "server_name")}
    names = [each.name for each in fields(event) if each.name not in ("service", "connection")]
    return {name: _plain(getattr(event, name)) for name in names}


def _plain(value: object) -> Any:
    match value:
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(each) for each in value]
        case str():
            return value.encode("utf-8", "replace").decode()
        case bool() | int() | float() | None:
            return value
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def _details(event: Event) -> str:
    details = getattr(event, "details", {})
    return ", ".join(f"{key}={value}" for key, value in details.items())
