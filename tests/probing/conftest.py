"""Probes the servers that lie in ``good`` and ``broken``, several at a time: most of it is waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sandbox.probing.run import probe
from sandbox.probing.server import LessonServer
from sandbox.probing.verdict import Verdict
from sandbox.probing.wishes import Wishes
from sandbox.redirection.program import find

HERE = Path(__file__).parent
AT_ONCE = 10


class Result(NamedTuple):
    """What came of one probe."""

    verdicts: list[Verdict]
    stdout: str
    stderr: str
    running: bool
    """Whether the program still runs after it."""

    def outcomes(self, outcome: str) -> list[tuple[str, str]]:
        """Check and step of the verdicts with that outcome."""
        return [(verdict.check, verdict.step) for verdict in self.verdicts if verdict.outcome == outcome]


Probed = Callable[..., Result]


def probed(path: Path, *arguments: str, to_the_end: bool = True, **wishes: Any) -> Result:
    """Probe one server, to the end or until something fails."""
    # Short, but not so short that a busy machine makes a good server look silent.
    wanted = Wishes(**{"timeout": 25, "patience": 1.0, "quiet": 0.25} | wishes)
    server = LessonServer(find([str(path), *arguments]))
    with server:
        verdicts = []
        for verdict in probe(server, wanted):
            verdicts.append(verdict)
            if verdict.outcome == "FAIL" and not to_the_end:
                break
    return Result(verdicts, server.stdout(), server.stderr(), server.alive())


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as executor:
        yield executor


def probe_all(pool: ThreadPoolExecutor, wishes: dict[str, dict[str, Any]]) -> dict[str, Future[Result]]:
    """Probe the servers named by their files under this folder."""
    return {name: pool.submit(probed, HERE / name, **some) for name, some in wishes.items()}
