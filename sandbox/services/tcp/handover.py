"""The base of behaviours that decide by the client's first bytes who serves it."""

from __future__ import annotations

from sandbox.sansio import Actions, Core


class Handover(Core):
    """Serves the client itself, by the methods named ``own_…``, until it hands it over to another core."""

    def __init__(self) -> None:
        self._other: Core | None = None

    def hand_over(self, other: Core, data: bytes) -> Actions:
        """From now on ``other`` serves the client, whose first bytes are ``data``."""
        self._other = other
        return (*other.opened(), *other.receive(data))

    def own_receive(self, data: bytes) -> Actions:
        """See :meth:`Core.receive`."""
        raise NotImplementedError

    def own_eof(self) -> Actions:
        """See :meth:`Core.eof`."""
        return super().eof()

    def own_timer(self) -> Actions:
        """See :meth:`Core.timer`."""
        return super().timer()

    def receive(self, data: bytes) -> Actions:
        return self.own_receive(data) if self._other is None else self._other.receive(data)

    def eof(self) -> Actions:
        return self.own_eof() if self._other is None else self._other.eof()

    def timer(self) -> Actions:
        return self.own_timer() if self._other is None else self._other.timer()
