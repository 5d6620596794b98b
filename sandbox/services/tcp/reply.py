"""``reply``: the same text to everybody who speaks."""

from __future__ import annotations

from typing import Literal

from sandbox.sansio import Actions, Close, Core, Send
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener
from sandbox.services.tcp.lists import ListOptions


class ReplyListener(TcpListener, ListOptions):
    """Answers with a fixed text whatever arrives, at once."""

    behaviour: Literal["reply"]
    text: str = "Hello, client!"
    """What is answered, in UTF-8; a line end must be part of it."""
    close: bool = True
    """Close after the first answer; otherwise whatever arrives at one time is answered."""

    def cores(self, context: Context) -> Cores:
        return self.with_lists(lambda: Reply(self.text.encode(), close=self.close))


class Reply(Core):
    """The text, whatever the client says."""

    def __init__(self, text: bytes, *, close: bool = True) -> None:
        self._text = text
        self._close = close

    def receive(self, data: bytes) -> Actions:
        return (Send(self._text), Close(linger=True)) if self._close else (Send(self._text),)
