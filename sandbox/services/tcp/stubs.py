"""Stubs of octets: asked before the behaviour of the listener.

Octets that are given as they are may come in any pieces, and further ones behind them. Everything else is judged line by
line, or as it came if it fits already.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from sandbox.net.connection import Connection
from sandbox.sansio import Action, Actions, Close, Core, Send, SetTimer
from sandbox.services.tcp.listener import Cores
from sandbox.stubs import OctetsAnswer, OctetsRequest, Stub, Stubs, Use
from sandbox.stubs.answers import octets_answer
from sandbox.stubs.matching import is_literal

MOST = 64 * 1024  # octets that wait for the rest of a line


def stubbed(cores: Cores, stubs: Stubs) -> Cores:
    """The same behaviour, for octets that no stub answers."""
    return lambda connection: Stubbed(cores(connection), stubs, connection)


class Stubbed(Core):
    """Answers what stubs expect, and leaves everything else to ``inner``."""

    def __init__(self, inner: Core, stubs: Stubs, connection: Connection) -> None:
        self._inner = inner
        self._stubs = stubs
        self._connection = connection
        self._data = b""
        self._later: OctetsAnswer | None = None
        self._over = False
        self._eof = False

    def receive(self, data: bytes) -> Actions:
        if not self._data and self._later is None and not self._over and not self._stubs.concern("tcp"):
            return self._inner.receive(data)
        self._data += data
        return list(self._proceed())

    def eof(self) -> Actions:
        self._eof = True
        return list(self._proceed())

    def timer(self) -> Actions:
        if self._later is None:
            return self._inner.timer()
        answer, self._later = self._later, None
        return [*self._say(answer), *self._proceed()]

    def opened(self) -> Actions:
        return self._inner.opened()

    def tls_started(self) -> Actions:
        return self._inner.tls_started()

    def poke(self) -> Actions:
        return self._inner.poke()

    def drained(self) -> Actions:
        return self._inner.drained()

    def idle(self) -> Actions:
        return self._inner.idle()

    def crashed(self) -> Actions:
        return self._inner.crashed()

    def closed(self) -> None:
        self._inner.closed()

    def _proceed(self) -> Iterator[Action]:
        while self._data and self._later is None and not self._over:
            here = [stub for stub in self._stubs.asked("tcp") if self._is_here(stub)]
            stubs = [stub for stub in here if self._stubs.awake(stub)]
            pairs = ((stub, self._request(unit)) for stub in stubs if (unit := self._unit(stub)) is not None)
            use = self._stubs.take(pairs)
            if use is not None:
                self._data = self._data[len(use.request.data) :]
                yield from self._answer(use)
            elif not self._eof and len(self._data) < MOST and any(map(self._may_come, stubs)):
                return
            else:
                unit = self._line()
                self._data = self._data[len(unit) :]
                if here:
                    self._stubs.missed(self._request(unit))
                yield from self._inner.receive(unit)
        if self._eof and self._later is None and not self._over:
            yield from self._inner.eof()

    def _is_here(self, stub: Stub) -> bool:
        listeners = (each for each in stub.conditions if each.name == "listener")
        return all(each.test(each.wanted, self._connection.binding.name) for each in listeners)

    def _unit(self, stub: Stub) -> bytes | None:
        """What a stub is asked about; None if that has not come."""
        literal = _literal(stub)
        if literal is None:
            return self._line()
        return literal if literal and self._data.startswith(literal) else None

    def _may_come(self, stub: Stub) -> bool:
        literal = _literal(stub)
        return b"\n" not in self._data if literal is None else literal.startswith(self._data)

    def _line(self) -> bytes:
        end = self._data.find(b"\n") + 1
        return self._data[:end] if end else self._data

    def _request(self, data: bytes) -> OctetsRequest:
        connection = self._connection
        return OctetsRequest(
            service="tcp", listener=connection.binding.name, connection=connection.number, data=data
        )

    def _answer(self, use: Use) -> Iterator[Action]:
        self._connection.note("stub.matched", stub=use.stub.name)
        try:
            answer = octets_answer(use.answer(use.request) if callable(use.answer) else use.answer)
        except BaseException as error:  # of the test's own function; pytest.fail() raises no Exception
            self._stubs.failed(use.stub, error)
            self._connection.note("stub.failed", stub=use.stub.name, traceback=traceback.format_exc())
            answer = OctetsAnswer(close=True)
        if answer.delay:
            self._later = answer
            yield SetTimer(answer.delay)
        else:
            yield from self._say(answer)

    def _say(self, answer: OctetsAnswer) -> Iterator[Action]:
        if answer.data:
            yield Send(answer.data)
        if answer.close:
            self._over = True
            yield Close(linger=True)


def _literal(stub: Stub) -> bytes | None:
    """The octets that a stub expects, None if that is said in another way."""
    for condition in stub.conditions:
        if condition.name == "data" and is_literal(condition.wanted):
            wanted = condition.wanted
            return wanted if isinstance(wanted, bytes) else str(wanted).encode()
    return None
