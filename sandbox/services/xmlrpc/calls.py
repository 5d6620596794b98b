"""Requests from wherever they come, each answered in a thread and within its time."""

from __future__ import annotations

import asyncio
from xmlrpc.client import gzip_encode

from sandbox.services.xmlrpc.dispatcher import Call, Dispatcher, fault_outcome
from sandbox.services.xmlrpc.marshalling import as_fault, failure
from sandbox.services.xmlrpc.stubs import Note, StubbedCalls
from sandbox.services.xmlrpc.threads import CallThreads
from sandbox.stubs import Stubs

PACK_FROM = 1400  # octets from which packing pays: about what fits one packet
SHOWN = 200  # characters of a method's name and of a fault on the timeline


class Calls:
    """Answers requests. ``timeout`` is in seconds; ``note`` is called on the event loop."""

    def __init__(
        self, dispatcher: Dispatcher, stubs: Stubs, threads: int, timeout: float, note: Note
    ) -> None:
        self.dispatcher = dispatcher
        self._stubs = stubs
        self._threads = CallThreads(threads)
        self._timeout = timeout
        self._note = note

    async def answer(self, body: bytes, connection: int) -> bytes:
        """The body of the answer to the body of a request."""
        octets, _ = await self.answer_packed(body, connection, pack=False)
        return octets

    async def answer_packed(self, body: bytes, connection: int, *, pack: bool) -> tuple[bytes, bool]:
        """The same, packed by gzip if that is wanted and worth it; tells whether it is."""
        stubbed = StubbedCalls(self._stubs, connection)
        call = Call(self.dispatcher, body, stubbed.find)

        def work() -> tuple[bytes, bool]:
            octets = call.run()
            packed = pack and len(octets) > PACK_FROM
            return (gzip_encode(octets) if packed else octets), packed

        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._threads.run(work)
            outcome = call.outcome
        except TimeoutError:
            fault = as_fault(TimeoutError(f"the call took longer than {self._timeout:g} seconds"))
            answer, outcome = (failure(fault), False), fault_outcome(fault)
        finally:
            call.abandoned = True
        stubbed.tell(self._note)
        self._note(connection, "call.answered", method=call.method[:SHOWN], outcome=outcome[:SHOWN])
        return answer
