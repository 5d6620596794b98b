"""``discard`` (RFC 863): everything is read and nothing is answered."""

from __future__ import annotations

from typing import Literal

from sandbox.sansio import Actions, Core
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener


class DiscardListener(TcpListener):
    """Reads and answers nothing."""

    behaviour: Literal["discard"]

    def cores(self, context: Context) -> Cores:
        return lambda _: Discard()


class Discard(Core):
    """The bytes are on the timeline all the same."""

    def receive(self, data: bytes) -> Actions:
        return ()
