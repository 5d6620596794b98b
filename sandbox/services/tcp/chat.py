"""``chat``: what one client says, all clients hear, itself included."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.messages import Messages, MessageTooLongError
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Close, Core, Send
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener

GOODBYE = b"byebye"
NAME_END = b": "
LONGEST_NAME = 40  # octets
MOST_UNREAD = 1_000_000  # octets that wait for a client that does not read; then it is closed


class ChatListener(TcpListener):
    """Passes every message on to all clients.

    A client whose first message is a nickname has ``nickname: `` put before its messages. One whose first message
    names its author already, as ``Ann: hello``, is passed on as it is. ``byebye`` closes.
    """

    behaviour: Literal["chat"]

    def cores(self, context: Context) -> Cores:
        room = Room()
        return lambda connection: Guest(room, connection)


class Room:
    """The clients of one listener."""

    def __init__(self) -> None:
        self._guests: dict[Guest, None] = {}

    def enter(self, guest: Guest) -> None:
        """From now on ``guest`` hears the others."""
        self._guests[guest] = None

    def leave(self, guest: Guest) -> None:
        """Whoever has left hears nothing more; may be called twice."""
        self._guests.pop(guest, None)

    def say(self, message: bytes, *, line: bool) -> None:
        """Tell everybody; ``line`` if the speaker ends what it says with a line end."""
        for guest in tuple(self._guests):
            guest.hear(message, line=line)


class Guest(Core):
    """One client. It hears in lines if it speaks in lines; before it has spoken, as the others speak."""

    def __init__(self, room: Room, connection: Connection) -> None:
        self._room = room
        self._connection = connection
        self._messages = Messages(structured=False)
        self._unheard = bytearray()
        self._lines: bool | None = None
        self._named = False
        self._prefix = b""

    def opened(self) -> Actions:
        self._room.enter(self)
        return ()

    def receive(self, data: bytes) -> Actions:
        try:
            messages = self._messages.feed(data)
        except MessageTooLongError:
            self._connection.note("message.refused", reason="too long")
            return (Close(),)
        for message in messages:
            self._lines = message.endswith(b"\n")
            for text in message.splitlines() if self._lines else [message]:
                if text == GOODBYE:
                    self._room.leave(self)
                    self._connection.note("chat.left")
                    return (*self.poke(), Close())
                if text:
                    self._speak(text)
        return self.poke()

    def poke(self) -> Actions:
        if len(self._unheard) > MOST_UNREAD:
            self._connection.note("chat.dropped", unread=len(self._unheard))
            return (Close(reset=True),)
        unheard = bytes(self._unheard)
        self._unheard.clear()
        return (Send(unheard),) if unheard else ()

    def drained(self) -> Actions:
        return self.poke()

    def closed(self) -> None:
        self._room.leave(self)

    def hear(self, message: bytes, *, line: bool) -> None:
        """Somebody has spoken."""
        if len(self._unheard) > MOST_UNREAD:
            return
        self._unheard += message
        if line if self._lines is None else self._lines:
            self._unheard += b"\n"
        self._connection.wake()

    def _speak(self, text: bytes) -> None:
        if not self._named:
            self._named = True
            name, end, _ = text.partition(NAME_END)
            self._connection.note(
                "chat.joined", nickname=name[:LONGEST_NAME].decode(errors="backslashreplace")
            )
            if not end:
                self._prefix = text[:LONGEST_NAME] + NAME_END
                return
        self._room.say(self._prefix + text, line=bool(self._lines))
