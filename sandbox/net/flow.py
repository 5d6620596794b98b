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
        self._stages: list[Stage] = []
        self._queue: deque[Piece] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self.waiting = 0

    def add(self, stage: Stage) -> None:
        """Bend what comes from now on by one more effect."""
        self._stages.append(stage)

    def send(self, data: bytes = b"", end: End | None = None) -> None:
        """Put octets, or the end of the stream, on their way."""
        pieces: Iterable[Piece] = [Piece(self._loop.time(), data, end)]
        for stage in self._stages:
            pieces = [bent for piece in pieces for bent in stage.bend(piece)]
        for piece in pieces:
            self._queue.append(piece)
            self.waiting += len(piece.data)
        self._run()
        if self.waiting > HIGH_WATER and not self._paused:
            self._paused = True
            self._pause()

    def stop(self) -> None:
        """Drop what waits: the connection is gone."""
        self._queue.clear()
        self.waiting = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def flush(self) -> None:
        """Deliver at once what waits, as before TLS starts."""
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
        if self._paused and self.waiting <= LOW_WATER:
            self._paused = False
            self._resume()
