"""Facts, as things to ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.journal import Entry, Fact
from sandbox.observation.kinds import Kind
from sandbox.stubs.matching import shown


@dataclass(frozen=True)
class Noted:
    """A fact with its place: ``details`` by name, or as ``noted["user"]``."""

    name: str
    details: Mapping[str, Any]
    service: str
    connection: int
    sequence: int
    time: float

    def __getitem__(self, detail: str) -> Any:
        return self.details[detail]

    def __str__(self) -> str:
        details = ", ".join(f"{name}={shown(value)}" for name, value in self.details.items())
        return f"{self.name} {details}".rstrip()


class Facts(Kind[Noted]):
    """Everything that had a meaning in a protocol. Details are compared as names, if they are texts."""

    noun, plural = "fact", "facts"
    services: ClassVar[tuple[str, ...]] = ()
    known: ClassVar = {
        "name": ("name", lambda noted: [noted.name]),
        "service": ("name", lambda noted: [noted.service]),
        "connection": ("number", lambda noted: [noted.connection]),
        "where": ("function", lambda noted: [noted]),
    }

    def all(self) -> list[Noted]:
        """See Kind."""
        return [
            Noted(event.name, event.details, event.service, event.connection, entry.sequence, entry.time)
            for entry in self.world.journal
            if isinstance(event := entry.event, Fact)
        ]

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        return isinstance(entry.event, Fact)


def detail(noted: Noted, name: str) -> Sequence[Any]:
    """The values a detail has, a list as a whole and each of its members."""
    value = noted.details.get(name)
    return [value, *value] if isinstance(value, list | tuple) else [value]
