"""What a service is, and what it is handed: the contract between the floor and the protocols."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeAlias, TypeVar

from sandbox.addressing import Names, Routes
from sandbox.dice import Dice
from sandbox.journal import Journal
from sandbox.net.network import Network
from sandbox.settings import Configuration
from sandbox.settings.models import ServiceSettings
from sandbox.stores.accounts import Accounts
from sandbox.stores.files import FileTree
from sandbox.stores.mail import MailStore
from sandbox.stores.recall import Recall, Snapshot
from sandbox.stubs import Stubs

#: Takes the body of an HTTP POST and the number of its connection, returns the body of the answer.
PostHandler: TypeAlias = Callable[[bytes, int], Awaitable[bytes]]


@dataclass(slots=True)
class PostHandlers:
    """Bodies that one service understands and the listeners of another receive, by media type.

    XML-RPC offers ``text/xml`` here and HTTP asks for it, so neither knows the other.
    """

    by_type: dict[str, PostHandler] = field(default_factory=dict)
    max_body: int = 0
    """Octets that a body may have, unpacked; 0 for no limit but that of whoever receives it."""


async def nowhere(_: Snapshot | None) -> None:
    """How a floor goes back on which nothing changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The floor a service stands on. ``clock`` returns seconds since the epoch and is the only clock to ask.

    ``dice`` are the only ones to throw; ``recall`` has to know of everything that clients can change, and takes
    snapshots; ``restore`` goes back to one, without one to the beginning. ``configuration`` is the whole of what runs.
    """

    journal: Journal
    network: Network
    accounts: Accounts
    mail: MailStore
    files: FileTree
    routes: Routes = field(default_factory=lambda: Routes(Names({}), ()))
    hostname: str = "sandbox.test"
    clock: Callable[[], float] = time.time
    posts: PostHandlers = field(default_factory=PostHandlers)
    stubs: Stubs = field(default_factory=Stubs)
    dice: Dice = field(default_factory=Dice)
    recall: Recall = field(default_factory=Recall)
    restore: Callable[[Snapshot | None], Awaitable[None]] = nowhere
    configuration: Configuration = field(default_factory=Configuration)


S = TypeVar("S", bound=ServiceSettings)


class AbstractService(ABC, Generic[S]):
    """One protocol's server. Constructing has no effect; ``open`` binds; ``close`` may be called twice.

    Subclasses stand in ``sandbox/services/<name>/service.py``, their settings in ``settings.py`` beside it.
    """

    name: ClassVar[str]

    def __init__(self, settings: S, context: Context) -> None:
        self.settings = settings
        self.context = context

    @abstractmethod
    async def open(self) -> None:
        """Open every binding of the settings through ``context.network``. Raises ListenError."""

    def warm(self) -> None:
        """Load what the first client would otherwise wait for; called once after all listeners accept."""

    async def close(self) -> None:
        """Release what ``open`` took, beside the listeners and connections: the network closes those."""
        return
