"""Near misses: which condition failed, and what was there instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sandbox.stubs.matching import Condition, shown
from sandbox.stubs.requests import Arrival
from sandbox.stubs.stub import Stub


def nearest_request(stub: Stub, requests: Sequence[Arrival]) -> list[str]:
    """What came nearest to a stub, and how it differs."""
    if not requests:
        return ["  nothing else came"]
    nearest = min(requests, key=lambda request: _distance(stub, request))
    return [f"  the nearest was {nearest}", *differences(stub, nearest)]


def nearest_stub(request: Arrival, stubs: Iterable[Stub]) -> list[str]:
    """The stub that was nearest to a request, and how it differs."""
    known = [stub for stub in stubs if stub.service == request.service]
    if not known:
        return []
    nearest = min(known, key=lambda stub: _distance(stub, request))
    return [f"  the nearest is {nearest}", *differences(nearest, request)]


def differences(stub: Stub, request: Arrival) -> list[str]:
    """Condition by condition, how a request meets it or differs."""
    lines = [
        f"    {condition}: {'fits' if _met(condition, request) else _instead(condition, request)}"
        for condition in stub.conditions
    ]
    asleep: list[str] = []
    if stub.ordered is not None and not any(": it was" in line for line in lines):
        asleep.append(f"its turn in {stub.ordered!r} had not come")
    if stub.spent:
        asleep.append(f"it rests after {len(stub.requests)} request{'' if len(stub.requests) == 1 else 's'}")
    return [*lines, f"    {', or '.join(asleep)}"] if asleep else lines


def _distance(stub: Stub, request: Arrival) -> int:
    return sum(not _met(condition, request) for condition in stub.conditions)


def _met(condition: Condition, request: Arrival) -> bool:
    try:
        return condition.met(request)
    except BaseException:  # a function of the test; its failure is told elsewhere
        return False


def _instead(condition: Condition, request: Arrival) -> str:
    return "says no" if condition.name == "matches" else f"it was {shown(condition.value(request))}"
