"""``greeting``: the server speaks first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from sandbox.behaviours.dictionary import Dictionary
from sandbox.behaviours.options import MessageOptions, WordOptions
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Close, Core, Send, SetTimer
from sandbox.service import Context
from sandbox.services.tcp.echo import Echo
from sandbox.services.tcp.handover import Handover
from sandbox.services.tcp.listener import Cores, Note, TcpListener
from sandbox.services.tcp.reverse import Reverse
from sandbox.services.tcp.upper import Upper
from sandbox.services.tcp.words import Words
from sandbox.settings.models import Seconds

Otherwise: TypeAlias = Literal["words", "echo", "upper", "reverse"]


class GreetingListener(TcpListener, WordOptions, MessageOptions):
    """Greets each client with a text before it says anything."""

    behaviour: Literal["greeting"]
    text: str = "Thank you for the connection"
    """The greeting, in UTF-8; a line end must be part of it."""
    close: bool = True
    """Close after the greeting."""
    otherwise: Otherwise | None = None
    """The behaviour that serves clients that speak first; the greeting then waits for them."""
    wait: Seconds = 0.2
    """Seconds for which a client may speak first, if there is an otherwise."""

    def cores(self, context: Context) -> Cores:
        dictionary = self.opened_dictionary()

        def make(connection: Connection) -> Core:
            other = (
                None if self.otherwise is None else self._other(self.otherwise, dictionary, connection.note)
            )
            return Greeting(self.text.encode(), close=self.close, other=other, wait=self.wait)

        return make

    def _other(self, name: Otherwise, dictionary: Dictionary, note: Note) -> Core:
        makers: dict[Otherwise, Callable[[], Core]] = {
            "words": lambda: Words(dictionary, self, note),
            "echo": Echo,
            "upper": Upper,
            "reverse": lambda: Reverse(note),
        }
        return makers[name]()


class Greeting(Handover):
    """``other`` serves clients that speak first within ``wait`` seconds, and those that speak after the greeting."""

    def __init__(
        self, text: bytes, *, close: bool = True, other: Core | None = None, wait: float = 0.0
    ) -> None:
        super().__init__()
        self._text = text
        self._close = close
        self._candidate = other
        self._wait = wait
        self._greeted = False

    def opened(self) -> Actions:
        return self._greet() if self._candidate is None else (SetTimer(self._wait),)

    def own_receive(self, data: bytes) -> Actions:
        if self._candidate is None:
            return ()
        return (SetTimer(None), *self.hand_over(self._candidate, data))

    def own_timer(self) -> Actions:
        return self._greet()

    def own_eof(self) -> Actions:
        return (Close(),) if self._greeted else (*self._greet(), Close())

    def _greet(self) -> Actions:
        self._greeted = True
        return (Send(self._text), Close(linger=True)) if self._close else (Send(self._text),)
