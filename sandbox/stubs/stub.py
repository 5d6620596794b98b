"""One stub: what it expects, what it answers, and what it has been asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sandbox.stubs.matching import Condition, parameters
from sandbox.stubs.requests import Arrival, HttpRequest

#: An answer of the service's kind, or a function that makes one of a request.
Answering: TypeAlias = Any


@dataclass(eq=False, kw_only=True)
class Stub:
    """What is expected, and what is answered: the answers in turn, and then the last again and again.

    ``times`` are the requests after which it rests. Of those with the same word in ``ordered`` only the first that does
    not rest yet answers.
    """

    service: str
    conditions: tuple[Condition, ...] = ()
    answers: list[Answering] = field(default_factory=list)
    name: str = ""
    times: int | None = None
    ordered: str | None = None
    requests: list[Any] = field(default_factory=list)

    @property
    def limit(self) -> int | None:
        """How many requests it answers."""
        if self.times is None and self.ordered is not None:
            return max(1, len(self.answers))
        return self.times

    @property
    def spent(self) -> bool:
        """Whether it rests."""
        return self.limit is not None and len(self.requests) >= self.limit

    def failed(self, request: Arrival) -> Iterator[Condition]:
        """The conditions that a request does not meet."""
        return (condition for condition in self.conditions if not condition.met(request))

    def take(self, request: Any) -> Answering:
        """Count a request, and return its answer; None if there is none."""
        place = min(len(self.requests), len(self.answers) - 1)
        self.requests.append(request)
        return self.answers[place] if self.answers else None

    def seen(self, request: Any) -> Any:
        """The request with the parameters of the stub's path."""
        for condition in self.conditions:
            if condition.name == "path" and isinstance(request, HttpRequest):
                return replace(request, parameters=parameters(condition.wanted, request.path) or {})
        return request

    def __str__(self) -> str:
        told = " ".join(map(str, self.conditions)) or "anything"
        return f"{self.service} stub {self.name!r} ({told})"
