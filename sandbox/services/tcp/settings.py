"""Settings of the TCP service: a list of listeners, each with a behaviour and its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field

from sandbox.behaviours.classic import classic_listeners
from sandbox.services.tcp.chargen import ChargenListener
from sandbox.services.tcp.chat import ChatListener
from sandbox.services.tcp.clock import DaytimeListener, TimeListener
from sandbox.services.tcp.discard import DiscardListener
from sandbox.services.tcp.echo import EchoListener, EchoOnceListener
from sandbox.services.tcp.file import FileListener
from sandbox.services.tcp.greeting import GreetingListener
from sandbox.services.tcp.qotd import QotdListener
from sandbox.services.tcp.reply import ReplyListener
from sandbox.services.tcp.reverse import ReverseListener
from sandbox.services.tcp.roster import RosterListener
from sandbox.services.tcp.upper import UpperListener
from sandbox.services.tcp.words import WordsListener
from sandbox.settings.models import ServiceSettings, Transport, choices

#: One of the behaviours. A new one is a file of this folder and a name here.
Listener: TypeAlias = Annotated[
    ChargenListener
    | ChatListener
    | DaytimeListener
    | DiscardListener
    | EchoListener
    | EchoOnceListener
    | FileListener
    | GreetingListener
    | QotdListener
    | ReplyListener
    | ReverseListener
    | RosterListener
    | TimeListener
    | UpperListener
    | WordsListener,
    Field(discriminator="behaviour"),
]

#: The names of the behaviours.
BEHAVIOURS = choices(Listener, "behaviour")


class Settings(ServiceSettings):
    """The TCP service."""

    events: ClassVar = frozenset({"connect", "tls"})

    listeners: Mapping[str, Listener] = Field(default_factory=dict)
    """The listeners, each under a name of your choice, with the behaviour it has."""

    def expected_listeners(self) -> Mapping[tuple[Transport, int], str]:
        """The classic services at their well-known ports."""
        return {("tcp", port): name for port, name in classic_listeners(self.listeners)}

    @classmethod
    def listener_of(cls, behaviour: str) -> dict[str, Any] | None:
        """A listener of this behaviour, with all its options as they are."""
        return {"behaviour": behaviour} if behaviour in BEHAVIOURS else None
