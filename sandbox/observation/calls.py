"""XML-RPC calls, with what they were given and what they got, whether they came to XML-RPC's listeners or to HTTP's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sandbox.journal import Entry, Fact
from sandbox.observation.http import Request


@dataclass(frozen=True)
class Call:
    """A call that was answered. ``outcome`` is ``ok``, or ``fault`` with its code and text."""

    method: str
    outcome: str
    request: Request
    service: str
    connection: int
    sequence: int
    time: float

    def __str__(self) -> str:
        return f"{self.method}({', '.join(map(repr, self.params))}) → {self.outcome}"

    @cached_property
    def params(self) -> tuple[Any, ...]:
        """The arguments, as ``xmlrpc.client`` reads them; empty if the body was no call."""
        found = _loaded(self.request.body)
        return found if isinstance(found, tuple) else ()

    @cached_property
    def result(self) -> Any:
        """What was returned, an ``xmlrpc.client.Fault`` for a fault; None if the answer was none."""
        response = self.request.response
        if response is None:
            return None
        found = _loaded(_unpacked(response.body, response.headers.get("Content-Encoding", "")))
        return found[0] if isinstance(found, tuple) and found else found


def call_of(fact: Entry, request: Request) -> Call:
    """The call that a fact ``call.answered`` tells of."""
    event = fact.event
    assert isinstance(event, Fact)
    return Call(
        method=str(event.details.get("method", "")),
        outcome=str(event.details.get("outcome", "")),
        request=request,
        service=event.service,
        connection=event.connection,
        sequence=fact.sequence,
        time=fact.time,
    )


def _loaded(body: bytes) -> Any:
    from xmlrpc.client import Fault, loads  # not needed for a start

    if b"<!DOCTYPE" in body:  # entities can blow up a small text without end
        return None
    try:
        return loads(body, use_builtin_types=True)[0]
    except Fault as fault:
        return fault
    except Exception:  # whatever the client has sent
        return None


def _unpacked(body: bytes, coding: str) -> bytes:
    import gzip

    try:
        return gzip.decompress(body) if coding.lower() == "gzip" else body
    except (OSError, EOFError):
        return body
