"""What helper libraries for Mailpit expect, below /api/v1/ and /view/, so that they need another URL only.

A layer over the same store, not a second model: names, shapes and plain-text answers are theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.service import Context
from sandbox.web.mailpit.box import Box
from sandbox.web.mailpit.chaos import Chaos
from sandbox.web.mailpit.events import Events
from sandbox.web.mailpit.information import Information
from sandbox.web.mailpit.lists import Lists
from sandbox.web.mailpit.sending import Sending
from sandbox.web.mailpit.single import Single
from sandbox.web.mailpit.tags import Tags
from sandbox.web.routes import Operation
from sandbox.web.tally import Tally


class Mailpit:
    """All of it, over one box."""

    def __init__(self, context: Context, tally: Tally) -> None:
        box = Box(context)
        self._events = Events(box)
        self._groups = (
            Lists(box),
            Single(box),
            Tags(box),
            Sending(box),
            Chaos(context.network.faults),
            Information(box, tally),
            self._events,
        )

    def operations(self) -> Iterator[Operation]:
        """The operations, in the order in which they are tried."""
        for group in self._groups:
            yield from group.operations()

    def close(self) -> None:
        """Let go of what is watched."""
        self._events.close()
