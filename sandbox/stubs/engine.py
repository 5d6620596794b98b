"""Finds the stub that answers, counts, and tells afterwards which were not used."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from traceback import extract_tb
from typing import Any

from sandbox.stubs.nearest import nearest_request, nearest_stub
from sandbox.stubs.requests import Arrival
from sandbox.stubs.stub import Answering, Stub

REMEMBERED = 200  # requests
OURS = f"{Path(__file__).parents[1]}{os.sep}"  # where our own code is


@dataclass(frozen=True, slots=True)
class Use:
    """A stub answers a request: with ``answer``, None if it has none."""

    stub: Stub
    request: Any
    answer: Answering


@dataclass(frozen=True, slots=True)
class Failure:
    """A function of a test that raised something instead of answering."""

    stub: str
    error: BaseException

    def __str__(self) -> str:
        return f"stub {self.stub!r}: its function raised {self.error!r}{self._place}"

    @property
    def _place(self) -> str:
        """The line of the function, which is the first that is called by none of ours."""
        frames = extract_tb(self.error.__traceback__)
        ours = [place for place, frame in enumerate(frames) if frame.filename.startswith(OURS)]
        theirs = frames[ours[-1] + 1 :] if ours else frames
        return f" at {theirs[0].filename}:{theirs[0].lineno}" if theirs else ""


@dataclass(eq=False)
class Stubs:
    """The stubs there are. Of several that fit a request the one added last answers. May be asked from any thread."""

    _stubs: list[Stub] = field(default_factory=list)
    _seen: deque[tuple[Arrival, Stub | None]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _lock: Lock = field(default_factory=Lock)
    failures: list[Failure] = field(default_factory=list)

    def __iter__(self) -> Iterator[Stub]:
        return iter(tuple(self._stubs))

    def add(self, stub: Stub) -> Stub:
        """Have a stub from now on; it gets a name if it has none. Raises ValueError if there is one of its name."""
        with self._lock:
            taken = {other.name for other in self._stubs}
            if stub.name in taken:
                raise ValueError(f"there is a stub {stub.name!r} already")
            stub.name = stub.name or next(
                name for n in range(1, len(taken) + 2) if (name := f"stub-{n}") not in taken
            )
            self._stubs.append(stub)
        return stub

    def remove(self, name: str) -> None:
        """Have it no longer. Raises LookupError if there is none of that name."""
        with self._lock:
            for stub in self._stubs:
                if stub.name == name:
                    self._stubs.remove(stub)
                    return
        raise LookupError(f"there is no stub {name!r}")

    def replace(self, stubs: Iterable[Stub] = ()) -> None:
        """Have exactly these, and forget what was asked."""
        with self._lock:
            self._stubs.clear()
            self._seen.clear()
            self.failures.clear()
        for stub in stubs:
            self.add(stub)

    def concern(self, service: str) -> bool:
        """Whether there is a stub of a service."""
        return any(stub.service == service for stub in self._stubs)

    def use(self, request: Arrival) -> Use | None:
        """The stub for a request, which is counted, and what it answers; None if there is no such stub."""
        found = self.take((stub, request) for stub in self.asked(request.service))
        if found is None:
            self.missed(request)
        return found

    def asked(self, service: str) -> list[Stub]:
        """The stubs of a service, those that are asked first in front."""
        return [stub for stub in reversed(self._stubs) if stub.service == service]

    def take(self, pairs: Iterable[tuple[Stub, Arrival]]) -> Use | None:
        """The first stub that answers what stands beside it; that is counted."""
        with self._lock:
            for stub, request in pairs:
                if self._answers(stub, request):
                    self._seen.append((request, stub))
                    seen = stub.seen(request)
                    return Use(stub, seen, stub.take(seen))
        return None

    def missed(self, request: Arrival) -> None:
        """Keep a request that no stub has answered, if there is any that might have."""
        if self.concern(request.service):
            self._seen.append((request, None))

    def awake(self, stub: Stub) -> bool:
        """Whether a stub does not rest, and it is its turn."""
        return not stub.spent and self._in_turn(stub)

    def failed(self, stub: Stub, error: BaseException) -> None:
        """Keep what a function of a test raised; :meth:`problems` tells it."""
        self.failures.append(Failure(stub.name, error))

    @property
    def unmatched(self) -> list[Arrival]:
        """The requests, the latest 200 at the most, to services with stubs, for which there was none."""
        return [request for request, stub in tuple(self._seen) if stub is None]

    def problems(self, *, unused: bool = True, unmatched: bool = False) -> list[str]:
        """What is not as expected: functions that failed, stubs that were not used, requests that met none."""
        found = [str(each) for each in self.failures]
        if unused:
            found += [told for stub in self if (told := self._unused(stub))]
        if unmatched:
            found += [
                "\n".join([f"no stub answered {request}", *nearest_stub(request, self._stubs)])
                for request in self.unmatched
            ]
        return found

    def told(self, stub: Stub, expected: str) -> str:
        """What is said of a stub that was not asked as expected, with what came nearest to it."""
        others = [
            request
            for request, other in tuple(self._seen)
            if other is not stub and request.service == stub.service
        ]
        lines = [f"{stub} was asked {times_of(len(stub.requests))}, expected {expected}"]
        return "\n".join([*lines, *nearest_request(stub, others)])

    def snapshot(self) -> object:
        """The stubs, with what they were asked."""
        kept = [(stub, tuple(stub.answers), tuple(stub.requests)) for stub in self._stubs]
        return kept, tuple(self._seen), tuple(self.failures)

    def restore(self, snapshot: object, /) -> None:
        """Be as it was."""
        assert isinstance(snapshot, tuple)
        kept, seen, failures = snapshot
        with self._lock:
            for stub, answers, requests in kept:
                stub.answers[:], stub.requests[:] = answers, requests
            self._stubs[:] = [stub for stub, _, _ in kept]
            self._seen.clear()
            self._seen.extend(seen)
            self.failures[:] = failures

    def _answers(self, stub: Stub, request: Arrival) -> bool:
        if not self.awake(stub):
            return False
        try:
            return next(stub.failed(request), None) is None
        except BaseException as error:  # a function of the test; pytest.fail() raises no Exception
            self.failed(stub, error)
            return False

    def _in_turn(self, stub: Stub) -> bool:
        if stub.ordered is None:
            return True
        group = (other for other in self._stubs if other.ordered == stub.ordered and not other.spent)
        return next(group, None) is stub

    def _unused(self, stub: Stub) -> str | None:
        limit = stub.limit
        if stub.requests and (limit is None or len(stub.requests) == limit):
            return None
        return self.told(stub, "at least once" if limit is None else f"exactly {times_of(limit)}")


def times_of(number: int) -> str:
    """A number of times in words."""
    return {0: "never", 1: "once"}.get(number, f"{number} times")
