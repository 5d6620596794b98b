"""Settings of the UDP service: a list of listeners, each with a behaviour and its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field

from sandbox.behaviours.classic import classic_listeners
from sandbox.services.udp.behaviours import (
    ChargenListener,
    DaytimeListener,
    DiscardListener,
    EchoListener,
    QotdListener,
    ReplyListener,
    ReverseListener,
    TimeListener,
    UpperListener,
    WordsListener,
)
from sandbox.settings.models import Binding, ServiceSettings, Transport, choices

#: One of the behaviours. A new one is a class in ``behaviours`` and a name here.
Listener: TypeAlias = Annotated[
    ChargenListener
    | DaytimeListener
    | DiscardListener
    | EchoListener
    | QotdListener
    | ReplyListener
    | ReverseListener
    | TimeListener
    | UpperListener
    | WordsListener,
    Field(discriminator="behaviour"),
]

#: The names of the behaviours.
BEHAVIOURS = choices(Listener, "behaviour")


class Settings(ServiceSettings):
    """The UDP service. ``limits.connections`` is how many peers are remembered."""

    events: ClassVar = frozenset({"datagram"})

    listeners: Mapping[str, Listener] = Field(default_factory=dict)
    """The listeners, each under a name of your choice, with the behaviour it has."""

    def bindings(self) -> list[Binding]:
        """Every address the service will bind."""
        return [binding.model_copy(update={"transport": "udp"}) for binding in super().bindings()]

    def expected_listeners(self) -> Mapping[tuple[Transport, int], str]:
        """The classic services at their well-known ports."""
        return {("udp", port): name for port, name in classic_listeners(self.listeners)}

    @classmethod
    def listener_of(cls, behaviour: str) -> dict[str, Any] | None:
        """A listener of this behaviour, with all its options as they are."""
        return {"behaviour": behaviour} if behaviour in BEHAVIOURS else None
