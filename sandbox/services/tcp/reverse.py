"""``reverse``: each message comes back back to front, palindromes unchanged."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.letters import reversed_lines
from sandbox.behaviours.messages import Messages
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, Note, TcpListener
from sandbox.services.tcp.message_core import MessageCore


class ReverseListener(TcpListener):
    """Returns what arrives at one time in reverse, each line of it by itself; characters in UTF-8, else bytes."""

    behaviour: Literal["reverse"]

    def cores(self, context: Context) -> Cores:
        return lambda connection: Reverse(connection.note)


class Reverse(MessageCore):
    """Any number of messages for each connection."""

    def __init__(self, note: Note) -> None:
        super().__init__(Messages(structured=False), note)

    def answer(self, message: bytes) -> bytes:
        return reversed_lines(message)
