"""Measuring several servers in turn, and printing what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.servers import Server

LIMIT = 3.0  # seconds that one measurement of one server may take


@dataclass(frozen=True, slots=True)
class Plan:
    """How often everything is measured, and by which factor the counts are smaller than usual."""

    rounds: int = 5
    scale: float = 1.0

    def count(self, usual: int) -> int:
        """How often to do something that is usually done so often."""
        return max(1, round(usual * self.scale))


def compare(plan: Plan, servers: Sequence[Server], title: str, measure: Callable[[Server], float]) -> None:
    """Measure the servers by turns, so that a busy moment of the machine meets all of them; print the medians.

    The first server is ours, and each peer's ratio is ours divided by its own.
    """
    figures: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(plan.rounds):
        for server in servers if number % 2 == 0 else reversed(servers):
            figures[server.name].append(measure(server))
    report(title, {name: median(values) for name, values in figures.items()})


def report(title: str, figures: Mapping[str, float]) -> None:
    """Print ours, which comes first, and of each peer the ratio of ours to its own."""
    ours, *theirs = figures.items()
    columns = [f"{ours[0]} {_rounded(ours[1]):>9}"]
    columns += [f"{name} {_rounded(value)} (ratio {ours[1] / value:.2f})" for name, value in theirs]
    print(f"  {title:<44}{'   '.join(columns)}", flush=True)


def _rounded(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def rate(count: int, act: Callable[[], object]) -> float:
    """Acts per second, of ``count`` or as many as there is time for."""
    done = 0
    started = time.perf_counter()
    while done < count and time.perf_counter() - started < LIMIT:
        act()
        done += 1
    return done / (time.perf_counter() - started)


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
