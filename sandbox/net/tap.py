"""The tap: between the real transport and any asyncio protocol, ours or a library's; every byte passes it.

It sits above TLS, so transcripts are plain text; STARTTLS exchanges the transport below it.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from sandbox.faults.effects import Effect
from sandbox.faults.effects.reply import Reply
from sandbox.faults.engine import ActiveRule
from sandbox.faults.stage import End
from sandbox.journal import Closed, Journal, Received, Sent
from sandbox.net.bending import Bending
from sandbox.net.connection import Connection
from sandbox.net.handover import Handover, deliver
from sandbox.net.handshake import SHUTDOWN_TIMEOUT, TlsContext
from sandbox.net.idleness import IdleWatch
from sandbox.net.sockets import quick_ack, reset_on_close
from sandbox.net.tasks import Tasks
from sandbox.net.transport import TapTransport
from sandbox.net.upgrade import Upgrade

LINGER = 1.0  # seconds in which a client may go on sending after our last word

#: Makes the inner protocol for a client.
ProtocolFactory: TypeAlias = Callable[[Connection], asyncio.BaseProtocol]


class Tap(asyncio.Protocol):
    """The lower half: what the real transport sees.

    An inner protocol that has a method ``idle_timeout()`` can say goodbye before its idle connection is closed. One
    that has a method ``is_busy()`` is not idle while that returns True: FTP's control connection is silent during a
    transfer.
    ``implicit_tls`` shakes hands before the inner protocol hears of the connection. ``handover`` is what comes along
    with a connection that another tap had before. With a ``refusal`` it is reset. ``ended`` is called once, when the connection is gone.
    """

    def __init__(
        self,
        connection: Connection,
        factory: ProtocolFactory,
        *,
        tasks: Tasks,
        tls: TlsContext,
        implicit_tls: bool,
        idle_timeout: float,
        shutdown_timeout: float | None = SHUTDOWN_TIMEOUT,
        handover: Handover | None = None,
        refusal: ActiveRule | None = None,
        ended: Callable[[Tap], None],
    ) -> None:
        self.connection = connection
        self.upper = TapTransport(self)
        self.idle = IdleWatch(
            idle_timeout,
            unread=lambda: self.unsent,
            is_busy=self._is_busy,
            goodbye=self._say_goodbye,
            abort=lambda: self.abort("idle"),
        )
        self.bending = Bending(
            connection,
            deliver=self._hear,
            write=self._write,
            end=self._end_stream,
            close=lambda: self.finish("server"),
            eof=self._hear_eof,
            pause_reading=lambda: self.pause_reading("fault"),
            resume_reading=lambda: self.resume_reading("fault"),
            pause_writing=lambda: self.pause_writing("fault"),
            resume_writing=lambda: self.resume_writing("fault"),
        )
        self.inner: asyncio.BaseProtocol | None = None
        self.lower: asyncio.Transport | None = None
        self.received = 0
        self.sent = 0
        self.reason: str | None = None
        self._factory = factory
        self._tasks = tasks
        self._implicit_tls = implicit_tls
        self._handover = handover
        self._refusal = refusal
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._heard_eof = False
        self._linger_timer: asyncio.TimerHandle | None = None
        self._upgrade = Upgrade(self, tls, shutdown_timeout)
        self._gone = False
        self._not_reading: set[str] = set()
        self._not_writing: set[str] = set()
        self._closing = False
        self._said_all = False

    # What the real transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.lower = transport
        connection = self.connection
        connection.suffer = self.bending.suffer
        connection.opened()
        handover = self._handover
        if handover is not None:
            connection.note("connection.taken_over", origin=handover.origin)
        self.idle.start()
        if self._refusal is not None:
            connection.refused(self._refusal)
        elif self._implicit_tls:
            transport.pause_reading()  # the ClientHello must meet the TLS protocol, not us
            self._tasks.spawn(self._upgrade.first(handover), f"tls handshake {connection.number}")
        else:
            self.begin()
            if handover is not None:
                handover.replay(transport)

    def begin(self) -> None:
        """Make the inner protocol, unless a fault comes first."""
        connection = self.connection
        try:
            fault = connection.fault(connection.opening, connection.purpose)
            if fault is not None:
                self._turn_away(fault)
                return
            self.inner = self._factory(connection)
            self.inner.connection_made(self.upper)
        except Exception:
            self._crashed()

    def data_received(self, data: bytes) -> None:
        self.idle.noted()
        if self._upgrade.running:
            self._upgrade.hold(data)
            return
        if self.bending.incoming is not None:
            self.bending.incoming.send(data)
        else:
            self._hear(data)

    def _hear(self, data: bytes) -> None:
        if self._closing:
            return
        self.received += len(data)
        connection = self.connection
        connection.journal.append(Received(connection.number, connection.service, data))
        inner = self.inner
        try:
            if inner is not None:
                deliver(inner, data)
        except Exception:
            self._crashed()

    def eof_received(self) -> bool | None:
        if self._upgrade.running:
            self._upgrade.hold_eof()
            return None
        if self._closing:
            return self.connection.tls is None  # what is held up still goes
        incoming = self.bending.incoming
        if incoming is not None and self.connection.tls is None:
            incoming.send(end="eof")
            return True
        if incoming is not None:
            incoming.flush()  # TLS ends both directions at once
        return self._hear_eof()

    def _hear_eof(self) -> bool | None:
        self._heard_eof = True
        self.reason = self.reason or "client"
        if isinstance(self.inner, asyncio.Protocol | asyncio.BufferedProtocol):
            return self.inner.eof_received()
        return None

    def pause_writing(self, who: str = "transport") -> None:
        first = not self._not_writing
        self._not_writing.add(who)
        if first and self.inner is not None:
            self.inner.pause_writing()

    def resume_writing(self, who: str = "transport") -> None:
        self._not_writing.discard(who)
        if not self._not_writing and self.inner is not None:
            self.inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._gone:
            return
        # Under TLS most clients close without reading our last word, which their kernel answers with RST.
        ours = ("idle", "stopped", *(["server"] if self.connection.tls else []))
        if exc is not None and self.reason not in ours:
            self.reason = "reset" if isinstance(exc, ConnectionError) else "error"
        self._gone = True
        self.bending.stop()
        try:
            if self.inner is not None:
                self.inner.connection_lost(exc)
        except Exception:
            self.connection.crashed(traceback.format_exc())
        self._end(self.reason or "client")

    # What the inner protocol asks through its transport.

    def write(self, data: bytes) -> None:
        if data and not self.is_closing:
            self.bending.send(data)

    def _write(self, data: bytes) -> None:
        if self.lower is None or self.lower.is_closing() or self._said_all:
            return
        self.sent += len(data)
        connection = self.connection
        connection.journal.append(Sent(connection.number, connection.service, data))
        self.lower.write(data)
        self.idle.noted(self.unsent)

    @property
    def is_gone(self) -> bool:
        """Whether the connection has ended, and the inner protocol been told."""
        return self._gone

    @property
    def is_closing(self) -> bool:
        """Whether nothing more can be written: also while the end is held up."""
        return self._closing or self.lower is None or self.lower.is_closing()

    @property
    def unsent(self) -> int:
        """Octets that were written and wait for the client, or for their time."""
        return 0 if self.lower is None else self.lower.get_write_buffer_size() + self.bending.unsent

    def start_tls(self, reply: bytes) -> Coroutine[Any, Any, None]:
        assert self.lower is not None
        self.lower.pause_reading()  # before the reply: the client answers it with its ClientHello
        self.write(reply)
        self.bending.settle()
        return self._upgrade.later()

    def finish(self, reason: str) -> None:
        """Close after what was written; the reason stands on the timeline."""
        self.reason = self.reason or reason
        if not self._closing:
            self._closing = self.lower is not None
            self.bending.send(end="close")

    def _end_stream(self, end: End) -> None:
        """What comes at the end of what was written."""
        if self.lower is None:
            return
        match end:
            case "close":
                self.reason = self.reason or "server"
                self.lower.close()
            case "eof":
                self._said_all = True
                if not self.lower.can_write_eof():  # TLS knows no half-closed connection
                    self._end_stream("close")
                    return
                with contextlib.suppress(OSError):  # reset already
                    self.lower.write_eof()
            case "reset":
                self.reset()

    def write_eof(self) -> None:
        """End our half after what was written."""
        self.bending.send(end="eof")

    def linger(self, reason: str) -> None:
        """End our half after what was written, and close when the client does or ``LINGER`` seconds are over."""
        if self.bending.outgoing is not None:
            self.finish(reason)
            return
        self.reason = self.reason or reason
        # TLS knows no half-closed connection.
        if self.lower is not None and self.lower.can_write_eof() and not self._heard_eof:
            with contextlib.suppress(OSError):  # reset already
                self.lower.write_eof()
                self._linger_timer = self._loop.call_later(LINGER, self.finish, reason)
                return
        self.finish(reason)

    def abort(self, reason: str) -> None:
        """Drop the connection and what was not yet written."""
        self.reason = self.reason or reason
        self.bending.stop()
        if self.lower is not None:
            self.lower.abort()

    def detach(self, journal: Journal) -> None:
        """Drop the connection: its protocol hears of it at once, and what comes of that goes to another timeline."""
        self.connection.journal = journal
        self.abort("stopped")
        self.connection_lost(None)

    def reset(self) -> None:
        """Send RST: abort alone would send FIN."""
        if self.lower is not None:
            reset_on_close(self.lower.get_extra_info("socket"))
        self.abort("server")

    def release(self) -> tuple[asyncio.Transport, Handover]:
        """Give the real transport up, for another tap; the inner protocol hears nothing more. Raises ConnectionError."""
        lower = self.lower
        if lower is None or lower.is_closing():
            raise ConnectionAbortedError("the client is gone")
        early = self.bending.settle()
        self.lower = None
        self._gone = True
        self._end("handed over")
        return lower, Handover(self.connection.number, early, eof=self._heard_eof)

    def pause_reading(self, who: str) -> None:
        """Read no more from the client; several may wish so, and all must be content again."""
        self._not_reading.add(who)
        if self.lower is not None:
            self.lower.pause_reading()

    def resume_reading(self, who: str) -> None:
        """Read on, as far as this one is concerned."""
        self._not_reading.discard(who)
        if self.lower is not None and not self._not_reading:
            self.lower.resume_reading()

    def quick_ack(self) -> None:
        """Acknowledge what comes next at once; Linux only, and only a hint."""
        quick_ack(self.upper.get_extra_info("socket"))

    def _turn_away(self, fault: Effect) -> None:
        """Instead of being served the client hears what the fault says, if anything, and no more."""
        self.inner = asyncio.Protocol()
        if isinstance(fault, Reply):
            self.write(fault.octets)
            self.linger("server")

    def _end(self, reason: str) -> None:
        self.idle.stop()
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        connection = self.connection
        connection.journal.append(
            Closed(connection.number, connection.service, reason, self.received, self.sent)
        )
        self._ended(self)

    def _say_goodbye(self) -> None:
        self.reason = "idle"
        self.connection.note("connection.idle")
        goodbye = getattr(self.inner, "idle_timeout", None)
        if goodbye is not None:
            goodbye()
        self.finish("idle")

    def _is_busy(self) -> bool:
        if self.bending.is_busy:
            return True
        is_busy = getattr(self.inner, "is_busy", None)
        return is_busy is not None and bool(is_busy())

    def _crashed(self) -> None:
        self.connection.crashed(traceback.format_exc())
        self.abort("error")
