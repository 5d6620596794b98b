"""Stubs of datagrams: asked before the behaviour of the listener."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from sandbox.net.connection import Connection
from sandbox.net.datagrams import Answer
from sandbox.stubs import OctetsRequest, Stubs
from sandbox.stubs.answers import octets_answer


def stubbed(behaviour: Answer, stubs: Stubs) -> Answer:
    """The same behaviour, for datagrams that no stub answers."""

    def answer(connection: Connection, data: bytes) -> Iterable[bytes]:
        if not stubs.concern("udp"):
            return behaviour(connection, data)
        use = stubs.use(
            OctetsRequest(
                service="udp", listener=connection.binding.name, connection=connection.number, data=data
            )
        )
        if use is None:
            return behaviour(connection, data)
        connection.note("stub.matched", stub=use.stub.name)
        if use.answer is None:
            return ()
        try:
            said = use.answer(use.request) if callable(use.answer) else use.answer
            return () if said is None else (octets_answer(said).data,)
        except BaseException as error:  # of the test's own function; pytest.fail() raises no Exception
            stubs.failed(use.stub, error)
            connection.note("stub.failed", stub=use.stub.name, traceback=traceback.format_exc())
            return ()

    return answer
