"""What a test suite pays for its fixture: the first start with all imports, further ones, a stop, a reset.

And what a run of pytest that asks for no sandbox pays for the plugin that it finds installed.

``python -m benchmarks.fixture NAME COUNT`` lives through it once, in a process that has loaded nothing before.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measure import LIMIT, Plan, rate, report, seconds
from benchmarks.servers import HOST, PACKAGES, ROOT, find_spec

UNRELATED = "pytest on one empty test, ms"
PLUGIN = "sandbox.pytest_plugin"
TITLES = ("first start with imports, ms", "second start, ms", "stop, ms", "reset, ms")


@dataclass(frozen=True, slots=True)
class Fixture:
    """One that has started: where it listens, how its own plugin ends it, and how it makes it forget what a test did."""

    port: int
    stop: Callable[[], object]
    reset: Callable[[], object]


def run(plan: Plan) -> None:
    """Each fixture in a process of its own, by turns."""
    names = list(FIXTURES)
    for name in FIXTURES:
        if name in PACKAGES and find_spec(PACKAGES[name]) is None:
            print(f"  ({name} is not installed: pip install -e '.[bench]')")
            names.remove(name)
    lives: dict[str, list[Sequence[float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as state:
        environment = os.environ | {"SANDBOX_STATE": state}
        for number in range(plan.rounds):
            for name in names if number % 2 == 0 else reversed(names):
                lives[name].append(_live(name, plan.count(100), environment))
        unrelated = _unrelated(plan, Path(state))
    for number, title in enumerate(TITLES):
        report(title, {name: median(life[number] for life in found) for name, found in lives.items()})
    report(UNRELATED, unrelated)


def _unrelated(plan: Plan, directory: Path) -> dict[str, float]:
    """Milliseconds of a whole run, with the plugin and without it, by turns."""
    (directory / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ways = {"with the plugin": command, "without": [*command, "-p", f"no:{PLUGIN}"]}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(plan.rounds * plan.count(4)):
        for name in ways if number % 2 == 0 else reversed(ways):
            run_it = partial(subprocess.run, ways[name], cwd=directory, stdout=subprocess.PIPE, check=True)
            found[name].append(seconds(run_it) * 1000)
    return {name: median(figures) for name, figures in found.items()}


def _live(name: str, count: int, environment: dict[str, str]) -> Sequence[float]:
    """Milliseconds, in the order of the titles."""
    command = [sys.executable, "-m", "benchmarks.fixture", name, str(count)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, timeout=60, text=True
    )
    figures: Sequence[float] = json.loads(done.stdout)
    return figures


def _sandbox() -> Fixture:
    """All services of the default configuration."""
    from sandbox import Sandbox

    sandbox = Sandbox()
    sandbox.start()
    return Fixture(sandbox.smtp.port, sandbox.stop, sandbox.reset)


def _smtpdfix() -> Fixture:
    """Without the certificate that its fixture makes for each test anew; it resets by starting again."""
    from smtpdfix import SMTPDFix

    server = SMTPDFix(HOST)
    controller = server.__enter__()
    return Fixture(
        server.port,
        lambda: server.__exit__(None, None, None),
        lambda: controller.reset(persist_messages=False),
    )


def _pytest_httpserver() -> Fixture:
    from pytest_httpserver import HTTPServer

    server = HTTPServer(HOST)
    server.start()
    return Fixture(server.port, server.stop, server.clear)


def _pytest_localftpserver() -> Fixture:
    import logging

    from pytest_localftpserver.servers import PytestLocalFTPServer

    logging.disable()
    server = PytestLocalFTPServer()
    return Fixture(server.server_port, server.stop, server.reset_tmp_dirs)


FIXTURES: dict[str, Callable[[], Fixture]] = {
    "sandbox": _sandbox,
    "smtpdfix": _smtpdfix,
    "pytest-httpserver": _pytest_httpserver,
    "pytest-localftpserver": _pytest_localftpserver,
}


def _started(name: str) -> tuple[float, Fixture]:
    """Seconds until a client gets through, too: some peers begin to listen only after they said so."""
    began = time.perf_counter()
    fixture = FIXTURES[name]()
    while True:
        try:
            socket.create_connection((HOST, fixture.port)).close()
            return time.perf_counter() - began, fixture
        except ConnectionRefusedError:
            if time.perf_counter() - began > LIMIT:
                raise


def main(name: str, count: int) -> None:
    """Print milliseconds, in the order of the titles."""
    first, fixture = _started(name)
    fixture.stop()
    second, fixture = _started(name)
    reset = 1 / rate(count, fixture.reset)
    stop = seconds(fixture.stop)
    print(json.dumps([figure * 1000 for figure in (first, second, stop, reset)]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
