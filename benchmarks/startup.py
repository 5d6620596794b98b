"""From the start of the process to the first address that accepts, to its end, and the memory it takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measure import Plan
from benchmarks.servers import PACKAGES, ROOT, find_spec
from sandbox.engine import REGISTRY
from sandbox.settings import load_file
from sandbox.settings.paths import profiles

SETTLING = 0.5  # seconds: what a server loads after its start belongs to its memory


@dataclass(frozen=True, slots=True)
class Life:
    """One process: seconds to its first line, seconds from SIGTERM to its end, octets of memory in between."""

    start: float
    stop: float
    memory: int


def run(plan: Plan) -> None:
    """Start and stop the whole default configuration, one service, and what there is to compare it with."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as state:
        environment = os.environ | {"SANDBOX_STATE": state}
        commands = {
            "sandbox, all services": ["-m", "sandbox", "up", "--json", "--quiet", *_free_ports()],
            "sandbox, smtp alone": _smtp_alone(),
            "a bare interpreter": ["-c", "import time; print(flush=True); time.sleep(60)"],
        }
        if find_spec(PACKAGES["aiosmtpd"]) is not None:
            commands["aiosmtpd's controller"] = ["-m", "benchmarks.peers", "aiosmtpd"]
        lives: dict[str, list[Life]] = {name: [] for name in commands}
        for _ in range(plan.rounds):
            for name, command in commands.items():
                lives[name].append(_live(command, environment))
    for name, found in lives.items():
        start, stop = (median(getattr(life, part) for life in found) * 1000 for part in ("start", "stop"))
        memory = median(life.memory for life in found) / 2**20
        told = f"   memory {memory:5.1f} MiB" if memory else ""
        print(f"  {name:<28} start {start:6.0f} ms   stop {stop:5.0f} ms{told}", flush=True)


def _live(command: Sequence[str], environment: dict[str, str]) -> Life:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        line, started = process.stdout.readline(), time.perf_counter()
        if not line:
            raise RuntimeError(f"{command} did not start")
        time.sleep(SETTLING)
        memory, told = _memory(process.pid), time.perf_counter()
    finally:
        process.terminate()
        process.communicate(timeout=10)
    return Life(started - began, time.perf_counter() - told, memory)


def _memory(process: int) -> int:
    """The octets a process has in memory, 0 where the system does not tell in Linux' way."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return 1024 * int(status.partition("VmRSS:")[2].split()[0])


def _free_ports() -> list[str]:
    configuration = load_file(profiles()["sandbox"], REGISTRY)
    arguments = []
    for service, settings in configuration.services.items():
        for binding in settings.bindings():
            listener = "" if binding.name == "main" else f".listeners.{binding.name}"
            arguments += ["--set", f"services.{service}{listener}.port=0"]
    return arguments


def _smtp_alone() -> list[str]:
    ports = _free_ports()
    mine = [word for word in ports if "services.smtp" in word]
    return [
        "-m",
        "sandbox",
        "up",
        "--json",
        "--quiet",
        "--only",
        "smtp",
        *(a for port in mine for a in ("--set", port)),
    ]
