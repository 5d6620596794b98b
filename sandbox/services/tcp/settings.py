"""Settings of the TCP service: a list of listeners, each with a behaviour and its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field

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
from sandbox.settings.models import ServiceSettings

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


class Settings(ServiceSettings):
    """The TCP service."""

    listeners: Mapping[str, Listener] = Field(default_factory=dict)
    """The listeners, each under a name of your choice, with the behaviour it has."""
