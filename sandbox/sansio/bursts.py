"""A core that answers step by step what was received, and waits when the client does not read the answers."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.sansio.actions import Action, Actions, Close, Send, StartTls, WhenDrained
from sandbox.sansio.core import Core

#: Octets of answers that may gather before we wait for the client to read them.
MAX_BURST = 256 * 1024
#: Steps after which the other clients get their turn, however little there was to answer.
MAX_STEPS = 100


class BurstCore(Core):
    """Takes input in with :meth:`take_in` and works it off with :meth:`step`, a burst at a time.

    So pipelined commands and long answers do not fill the memory, and the other clients get their turn. A step that
    ends with ``Close`` is the last; a subclass that ends otherwise sets ``over``.
    """

    def __init__(self) -> None:
        self.over = False
        self._held_up = False
        self._ended = False

    def take_in(self, data: bytes) -> None:
        """Keep received bytes."""
        raise NotImplementedError

    def step(self) -> Sequence[Action] | None:
        """What follows from the next thing received; None if more has to be received."""
        raise NotImplementedError

    def receive(self, data: bytes) -> Actions:
        self.take_in(data)
        return () if self._held_up else self._work()

    def drained(self) -> Actions:
        if not self._held_up:
            return ()
        self._held_up = False
        return self._work()

    def eof(self) -> Actions:
        self._ended = True
        return () if self._held_up else (Close(),)

    def _work(self) -> list[Action]:
        actions: list[Action] = []
        sent = steps = 0
        while not self.over and (step := self.step()) is not None:
            actions += step
            steps += 1
            sent += sum(len(action.data) for action in step if isinstance(action, Send))
            last = step[-1] if step else None
            self.over = self.over or isinstance(last, Close)
            enough = sent >= MAX_BURST or steps >= MAX_STEPS or self.turn_is_over()
            if enough and not isinstance(last, StartTls | Close):
                self._held_up = True
                return [*actions, WhenDrained(hears=False)]
        if self._ended and not self.over:
            actions.append(Close())
        return actions
