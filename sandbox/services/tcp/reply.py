"""``reply``: the same text to everybody who speaks."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.options import MessageOptions, WordOptions
from sandbox.behaviours.pickles import is_pickle
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Close, Core, Send
from sandbox.service import Context
from sandbox.services.tcp.handover import Handover
from sandbox.services.tcp.listener import Cores, TcpListener
from sandbox.services.tcp.words import Words


class ReplyListener(TcpListener, WordOptions, MessageOptions):
    """Answers with a fixed text whatever arrives, at once."""

    behaviour: Literal["reply"]
    text: str = "Hello, client!"
    """What is answered, in UTF-8; a line end must be part of it."""
    close: bool = True
    """Close after the first answer; otherwise whatever arrives at one time is answered."""
    pickle: Literal["words"] | None = None
    """words: a client whose first message is a pickle is served by the dictionary of words instead."""

    def cores(self, context: Context) -> Cores:
        dictionary = self.opened_dictionary()

        def make(connection: Connection) -> Core:
            words = None if self.pickle is None else Words(dictionary, self, connection.note)
            return Reply(self.text.encode(), close=self.close, for_pickles=words)

        return make


class Reply(Handover):
    """``for_pickles`` serves clients that begin with a pickle."""

    def __init__(self, text: bytes, *, close: bool = True, for_pickles: Core | None = None) -> None:
        super().__init__()
        self._text = text
        self._close = close
        self._for_pickles = for_pickles

    def own_receive(self, data: bytes) -> Actions:
        if self._for_pickles is not None and is_pickle(data):
            return self.hand_over(self._for_pickles, data)
        self._for_pickles = None
        return (Send(self._text), Close(linger=True)) if self._close else (Send(self._text),)
