"""Runs the command line: as a process, as its users do, or within this one, which takes a tenth of the time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sandbox.cli import _sandbox

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("check", "--config", path)`` runs the command in an empty directory and returns what it did."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        given = list(map(str, arguments))
        result = CliRunner().invoke(_sandbox, given, env=environment, prog_name="sandbox")
        assert isinstance(result.exception, SystemExit | None), result.exception
        return subprocess.CompletedProcess(given, result.exit_code, result.stdout, result.stderr)

    return run_command


@pytest.fixture
def run_process(tmp_path: Path) -> Run:
    """The same as a process of its own."""

    def run_sandbox(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    return run_sandbox


def command(*arguments: str | Path) -> list[str]:
    """The command line of the program under test."""
    return [sys.executable, "-m", "sandbox", *map(str, arguments)]


class Up:
    """A running ``up --json``: where it listens, and how to end it."""

    def __init__(self, *arguments: str | Path, cwd: Path) -> None:
        self.process = subprocess.Popen(
            command("up", "--json", *arguments),
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.endpoints: list[dict[str, Any]] = json.loads(line)["endpoints"] if line else []

    def port(self, service: str, listener: str = "main") -> int:
        """The port of one listener."""
        found = [end for end in self.endpoints if (end["service"], end["listener"]) == (service, listener)]
        return int(found[0]["port"])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Send the signal, wait for the end; returns the exit status and what else was printed."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """``up("--config", path)`` starts a sandbox as a process; whatever still runs at the end is ended."""
    started: list[Up] = []

    def start(*arguments: str | Path) -> Up:
        started.append(Up(*arguments, cwd=tmp_path))
        return started[-1]

    yield start
    for sandbox in started:
        if sandbox.process.poll() is None:
            sandbox.process.kill()
        sandbox.process.communicate()
