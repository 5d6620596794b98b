"""Drives a sans-I/O core over a transport: carries bytes in and actions out, and nothing else."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from time import thread_time
from typing import Any

from sandbox.net.connection import Connection
from sandbox.net.tasks import Tasks
from sandbox.net.transport import TapTransport
from sandbox.sansio import Actions, Close, Core, Send, SetTimer, StartTls, WhenDrained

#: Seconds of work after which the other clients get their turn.
MAX_TURN = 0.02


class Driver(asyncio.Protocol):
    """The protocol between a tap and a core. Reading stops while the client does not read our answers."""

    def __init__(self, core: Core, connection: Connection, tasks: Tasks) -> None:
        self._core = core
        self._connection = connection
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._transport: TapTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._woken = False
        self._held_up = False
        self._wants_room = False
        self._deaf = False
        self._upgrading = False
        self._closed = False
        self._began = 0.0
        core.turn_is_over = self._turn_is_over
        connection.wake = self._wake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self._transport = transport
        self._run(self._core.opened)

    def data_received(self, data: bytes) -> None:
        self._run(self._core.receive, data)

    def eof_received(self) -> bool:
        if self._closed:
            return False
        self._run(self._core.eof)
        # The core decides when to close; TLS knows no half-closed connection.
        return self._connection.tls is None

    def pause_writing(self) -> None:
        self._held_up = True
        self._read_or_not()

    def resume_writing(self) -> None:
        self._held_up = False
        self._read_or_not()
        if self._transport is not None:
            # Not at once: asyncio's transport breaks when it is closed from within this call.
            self._loop.call_soon(self._go_on)

    def idle_timeout(self) -> None:
        self._run(self._core.idle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        self._cancel_timer()
        self._core.closed()

    def _wake(self) -> None:
        if not self._woken and not self._closed:
            self._woken = True
            self._loop.call_soon(self._poke)

    def _poke(self) -> None:
        if not self._held_up:
            self._woken = False
            self._run(self._core.poke)

    def _go_on(self) -> None:
        if not self._held_up:
            self._drained()
            if self._woken:
                self._poke()

    def _offer_room(self) -> None:
        if self._wants_room and not self._held_up:
            self._drained()

    def _drained(self) -> None:
        self._wants_room = False
        self._run(self._core.drained)
        if self._deaf and not self._wants_room:
            self._deaf = False
            self._read_or_not()

    def _read_or_not(self) -> None:
        if self._transport is None:
            return
        if self._held_up or self._deaf:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _run(self, step: Callable[..., Actions], *arguments: bytes) -> None:
        if self._closed or self._upgrading or self._transport is None or self._transport.is_closing():
            return
        self._began = thread_time()  # not the time of day: a busy machine is no work of ours
        try:
            actions = list(step(*arguments))
        except Exception:
            self._connection.crashed(traceback.format_exc())
            actions = [*self._core.crashed(), Close()]
        self._perform(self._transport, actions)

    def _turn_is_over(self) -> bool:
        return thread_time() - self._began >= MAX_TURN

    def _perform(self, transport: TapTransport, actions: list[Any]) -> None:
        output = bytearray()
        quick_ack = False
        for action in actions:
            match action:
                case Send():
                    output += action.data
                    quick_ack = quick_ack or action.quick_ack
                case StartTls():
                    self._upgrading = True  # nothing may be sent into the handshake
                    self._tasks.spawn(
                        self._upgrade(transport, transport.start_tls(bytes(output))), "starttls"
                    )
                    return
                case Close():
                    transport.write(bytes(output))
                    self._close(transport, action)
                    return
                case SetTimer():
                    self._set_timer(action.seconds)
                case WhenDrained():
                    self._ask_for_room(hears=action.hears)
        transport.write(bytes(output))
        if quick_ack:
            transport.quick_ack()

    async def _upgrade(self, transport: TapTransport, handshake: Coroutine[Any, Any, None]) -> None:
        await handshake
        self._upgrading = False
        if not transport.is_closing():
            self._run(self._core.tls_started)
            self._run(self._core.poke)

    def _close(self, transport: TapTransport, action: Close) -> None:
        self._closed = True
        if action.reset:
            transport.reset()
        elif action.linger:
            transport.linger()
        else:
            transport.close()

    def _ask_for_room(self, *, hears: bool) -> None:
        if not hears and not self._deaf:
            self._deaf = True
            self._read_or_not()
        if not self._wants_room:
            self._wants_room = True
            self._loop.call_soon(self._offer_room)

    def _set_timer(self, seconds: float | None) -> None:
        self._cancel_timer()
        if seconds is not None:
            self._timer = self._loop.call_later(seconds, self._run, self._core.timer)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
