"""Our own interface, below /sandbox/v1/."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.service import Context
from sandbox.web.own.faults import FaultRules
from sandbox.web.own.journal import Timeline
from sandbox.web.own.mail import Messages
from sandbox.web.own.snapshots import Snapshots
from sandbox.web.own.stubs import StubRules
from sandbox.web.own.wait import Waiting
from sandbox.web.own.whole import Whole
from sandbox.web.routes import Operation

PREFIX = "/sandbox/v1"


class Own:
    """All of it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def operations(self) -> Iterator[Operation]:
        """The operations, in the order of the document."""
        for group in (Whole, Snapshots, Messages, Timeline, Waiting, FaultRules, StubRules):
            yield from group(self._context).operations(PREFIX)
