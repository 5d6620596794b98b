"""A clock that can be set: it tells the time of the day, or another one, and stands still if it shall."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TypeAlias

#: Seconds since the epoch, or a date with a time, also as text (ISO 8601); one without a zone is meant in UTC.
Moment: TypeAlias = float | datetime | str


class Clock:
    """Seconds since the epoch, as ``time.time()`` tells them, until it is set.

    With ``at`` it stands still at that moment; with ``ticking`` it goes on from there.
    """

    def __init__(self, at: Moment | None = None, *, ticking: bool = False) -> None:
        self._ahead = 0.0
        self._frozen: float | None = None
        if at is not None:
            self._frozen = seconds_of(at)
            if ticking:
                self.resume()

    def __call__(self) -> float:
        return time.time() + self._ahead if self._frozen is None else self._frozen

    @property
    def ticking(self) -> bool:
        """Whether time goes on."""
        return self._frozen is None

    @property
    def now(self) -> datetime:
        """The moment it tells, in UTC."""
        return datetime.fromtimestamp(self(), UTC)

    def set(self, moment: Moment) -> None:
        """Tell this moment from now on; a clock that ticks goes on from there."""
        if self._frozen is None:
            self._ahead = seconds_of(moment) - time.time()
        else:
            self._frozen = seconds_of(moment)

    def advance(self, seconds: float) -> None:
        """Go forward at once by that many seconds; backward if they are negative."""
        if self._frozen is None:
            self._ahead += seconds
        else:
            self._frozen += seconds

    def freeze(self, moment: Moment | None = None) -> None:
        """Stand still, at this moment if one is given."""
        self._frozen = self() if moment is None else seconds_of(moment)

    def resume(self) -> None:
        """Tick on from where it stands."""
        if self._frozen is not None:
            self._ahead = self._frozen - time.time()
            self._frozen = None

    def snapshot(self) -> object:
        """What :meth:`restore` takes."""
        return self._ahead, self._frozen

    def restore(self, snapshot: object) -> None:
        """Stand where it stood; a clock that ticked is as far ahead as it was."""
        assert isinstance(snapshot, tuple)
        self._ahead, self._frozen = snapshot


def seconds_of(moment: Moment) -> float:
    """A moment in seconds since the epoch. Raises ValueError with a sentence for the user."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise ValueError(f"clock: {moment!r} is no date with a time, as 2026-01-31T12:00:00Z") from None
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    return float(moment)
