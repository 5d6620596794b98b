"""One direction of a connection while faults bend it: a queue of pieces that come when they are due."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from sandbox.faults.stage import End, Piece, Stage

HIGH_WATER = 64 * 1024  # octets that may wait before whoever sends them is told to pause
LOW_WATER = 16 * 1024


class Flow:
    """``deliver`` hears the octets when they are due, ``finish`` the end of the stream.

    ``pause`` and ``resume`` are told when too much waits, so that a slow line holds its sender up as a real one does.
    """

    def __init__(
        self,
        *,
        deliver: Callable[[bytes], None],
        finish: Callable[[End], None],
        pause: Callable[[], None],
        resume: Callable[[], None],
    ) -> None:
        self._deliver = deliver
        self._finish = finish
        self._pause = pause
        self._resume = resume
        self._loop = asyncio.get_running_loop()
        self._stages: dict[int, tuple[object, Stage]] = {}
        self._queue: deque[Piece] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self.waiting = 0

    def add(self, key: object, stage: Stage) -> None:
        """Bend what comes from now on by one more effect, in the place of the one with the same key."""
        self._stages.pop(id(key), None)
        self._stages[id(key)] = key, stage  # the key is kept, or another object might get its id

    @property
    def is_busy(self) -> bool:
        """Whether something waits for its time."""
        return bool(self._queue)

    def send(self, data: bytes = b"", end: End | None = None) -> None:
        """Put octets, or the end of the stream, on their way."""
        pieces: Iterable[Piece] = [Piece(self._loop.time(), data, end)]
        for _, stage in self._stages.values():
            pieces = [bent for piece in pieces for bent in stage.bend(piece)]
        for piece in pieces:
            self._queue.append(piece)
            self.waiting += len(piece.data)
        self._run()
        if self.waiting > HIGH_WATER and not self._paused:
            self._paused = True
            self._pause()

    def stop(self) -> bytes:
        """Take back what waits, and return the octets of it."""
        left = b"".join(piece.data for piece in self._queue)
        self._queue.clear()
        self.waiting = 0
        self._disarm()
        self._hold_up_no_more()
        return left

    def flush(self) -> None:
        """Deliver at once what waits, as before TLS starts."""
        self._disarm()
        while self._queue:
            self._hand_on(self._queue.popleft())

    def _run(self) -> None:
        if self._timer is not None:
            return
        while self._queue:
            left = self._queue[0].due - self._loop.time()
            if left > 0:
                self._timer = self._loop.call_later(left, self._due)
                return
            self._hand_on(self._queue.popleft())

    def _due(self) -> None:
        self._timer = None
        self._run()

    def _hand_on(self, piece: Piece) -> None:
        self.waiting -= len(piece.data)
        if piece.data:
            self._deliver(piece.data)
        if piece.end is not None:
            self._finish(piece.end)
        if self.waiting <= LOW_WATER:
            self._hold_up_no_more()

    def _hold_up_no_more(self) -> None:
        if self._paused:
            self._paused = False
            self._resume()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
