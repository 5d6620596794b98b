"""What is observed: the timeline and the stores of one sandbox."""

from __future__ import annotations

from typing import Protocol

from sandbox.journal import Journal
from sandbox.stores.files import FileTree
from sandbox.stores.mail import MailStore


class World(Protocol):
    """A sandbox, as far as observing it goes; ask it in the thread of its event loop only."""

    @property
    def journal(self) -> Journal:
        """Everything that happened."""

    @property
    def mail(self) -> MailStore:
        """The messages."""

    @property
    def files(self) -> FileTree:
        """The tree that FTP and HTTP share."""
