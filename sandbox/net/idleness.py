"""Notices that a client neither sends nor reads any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

GOODBYE_TIMEOUT = 1.0  # seconds that an idle client has to read what is left for it


class IdleWatch:
    """Calls ``goodbye`` after ``limit`` seconds without activity, and ``abort`` if the client does not even read that.

    0 means never. ``unread`` tells how many octets wait for the client: one that slowly reads what was written long
    ago is not idle. Nor is one whose protocol ``is_busy``.
    """

    def __init__(
        self,
        limit: float,
        *,
        unread: Callable[[], int],
        is_busy: Callable[[], bool],
        goodbye: Callable[[], None],
        abort: Callable[[], None],
    ) -> None:
        self._limit = limit
        self._unread = unread
        self._is_busy = is_busy
        self._goodbye = goodbye
        self._abort = abort
        self._loop = asyncio.get_running_loop()
        self._last_activity = self._loop.time()
        self._left_unread = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to watch."""
        if self._limit:
            self._timer = self._loop.call_later(self._limit, self._look)

    def stop(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()

    def noted(self, unread: int | None = None) -> None:
        """Octets came or went; ``unread`` tells how many wait for the client after a write."""
        self._last_activity = self._loop.time()
        if unread is not None:
            self._left_unread = unread

    def _look(self) -> None:
        unread = self._unread()
        if unread < self._left_unread or self._is_busy():
            self._last_activity = self._loop.time()
        self._left_unread = unread
        left = self._last_activity + self._limit - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
            return
        self._goodbye()
        # Closing waits until everything is written, which a client that does not read puts off for ever.
        self._timer = self._loop.call_later(GOODBYE_TIMEOUT, self._abort)
