"""A point at which something can go wrong: one command of one client, or the beginning of its connection."""

from __future__ import annotations

from dataclasses import dataclass

#: The event of every service before its first word: the client has just connected.
CONNECT = "connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What a client does. ``event`` is a command in lower case, as ``rcpt``, or a name as ``connect``.

    ``size`` is the octets it is about: of the message, or those the mailbox of a recipient holds already. ``sender`` is
    the sender of the mail on its way.
    """

    service: str
    event: str
    argument: str = ""
    listener: str = "main"
    user: str = ""
    peer: str = ""
    size: int = 0
    sender: str = ""

    def __str__(self) -> str:
        return f"{self.service}.{self.event} {self.argument}".rstrip()
