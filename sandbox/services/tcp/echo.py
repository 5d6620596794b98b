"""``echo`` (RFC 862) and ``echo-once``: every byte comes back."""

from __future__ import annotations

from typing import Literal

from sandbox.sansio import Actions, Close, Core, Send
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener
from sandbox.services.tcp.lists import ListOptions


class EchoListener(TcpListener):
    """Returns every byte as it came, also what the client sent before it closed its half."""

    behaviour: Literal["echo"]

    def cores(self, context: Context) -> Cores:
        return lambda _: Echo()


class EchoOnceListener(TcpListener, ListOptions):
    """Returns what arrives first, and closes."""

    behaviour: Literal["echo-once"]

    def cores(self, context: Context) -> Cores:
        return self.with_lists(EchoOnce)


class Echo(Core):
    """Byte for byte, not line by line."""

    def receive(self, data: bytes) -> Actions:
        return (Send(data),)


class EchoOnce(Core):
    """As a server with a single ``recv``."""

    def receive(self, data: bytes) -> Actions:
        return (Send(data), Close(linger=True))
