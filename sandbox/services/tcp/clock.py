"""``time`` and ``daytime`` (RFC 867): the server tells the time and closes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sandbox.behaviours.moments import daytime, moment
from sandbox.behaviours.options import TimeOptions
from sandbox.sansio import Actions, Close, Core, Send
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener


class TimeListener(TcpListener, TimeOptions):
    """Sends the time in a format of your choice, among them the four octets of RFC 868, and closes."""

    behaviour: Literal["time"]

    def cores(self, context: Context) -> Cores:
        return lambda _: Teller(lambda: moment(context.clock(), self.format))


class DaytimeListener(TcpListener):
    """Sends date and time as one line for people, and closes."""

    behaviour: Literal["daytime"]

    def cores(self, context: Context) -> Cores:
        return lambda _: Teller(lambda: daytime(context.clock()))


class Teller(Core):
    """Says one thing when the client comes; what the client says is not heard."""

    def __init__(self, tell: Callable[[], bytes]) -> None:
        self._tell = tell

    def opened(self) -> Actions:
        return (Send(self._tell()), Close(linger=True))

    def receive(self, data: bytes) -> Actions:
        return ()
