"""A sandbox for redirected programs, and the means to start them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.redirection.environment import environment_of
from sandbox.redirection.table import Table, table_of
from sandbox.settings import Configuration, load_mapping

SERVICES: dict[str, Any] = {
    "smtp": {"port": 0, "listeners": {"submission": {"port": 2587, "tls": "starttls"}}},
    "http": {"port": 0, "listeners": {"https": {"port": 2443, "tls": "implicit"}}},
    "tcp": {"listeners": {"echo": {"port": 2007, "behaviour": "echo"}}},
    "udp": {"listeners": {"echo": {"port": 2007, "behaviour": "echo"}}},
}


def configuration(state: Path, **general: Any) -> Configuration:
    """A mail server, a web server and something that echoes."""
    return load_mapping(
        {
            "state_directory": str(state),
            "mail": {"samples": False},
            "files": {"samples": False},
            "hosts": {"www.onego.ru": "195.161.136.4"},
            "routes": {"192.168.0.102:5566": "echo"},
            "services": SERVICES,
            **general,
        },
        REGISTRY,
    )


def free_port() -> int:
    """A port that nobody has on any address, for TCP and for UDP."""
    while True:
        with closing(socket.socket()) as stream, closing(socket.socket(type=socket.SOCK_DGRAM)) as datagrams:
            stream.bind(("", 0))
            try:
                datagrams.bind(("", stream.getsockname()[1]))
            except OSError:
                continue
            return int(stream.getsockname()[1])


@dataclass
class Run:
    """What programs are told that find each other, and nobody else."""

    table: Table
    directory: Path
    port: int = field(default_factory=free_port)
    """Leads to the echo servers from every host."""

    @classmethod
    def of(cls, background: BackgroundEngine, directory: Path, **changes: Any) -> Run:
        """A run with registries and a log of its own."""
        table = background.call(lambda sandbox: table_of(sandbox, log=directory / "log"))
        run = cls(table, directory)
        for transport in ("tcp", "udp"):
            end = background.call(lambda sandbox, name=transport: sandbox.endpoint(name, "echo"))  # type: ignore[misc]
            table["routes"].append((transport, "*", run.port, end.host, end.port, f"{transport}.echo"))
        for name in ("bound", "names"):
            (directory / name).mkdir()
        table.update({"bound": str(directory / "bound"), "names": str(directory / "names")})
        table.update(changes)  # type: ignore[typeddict-item]
        return run

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """What programs need in theirs."""
        path = self.directory / "routes.json"
        path.write_text(json.dumps(self.table), encoding="utf-8")
        return environment_of(self.table, path, base)

    def start(self, *arguments: str, python: str = sys.executable, **options: Any) -> subprocess.Popen[str]:
        """Start a Python program; warnings are errors in it."""
        command = [python, "-W", "error", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options["env"] = options.get("env") or self.environment()
        return subprocess.Popen(command, text=True, **{**pipes, **options})

    def ran(self, *arguments: str, **options: Any) -> tuple[str, str, int]:
        """What a program that ends by itself wrote on both streams, and its exit status."""
        with self.start(*arguments, **options) as program:
            try:
                output, errors = program.communicate(timeout=20)
            finally:
                program.kill()
        return output, errors, program.returncode

    def log(self) -> str:
        """Every decision of the programs, without the number of the process."""
        lines = (self.directory / "log").read_text(encoding="utf-8").splitlines()
        return "".join(f"{line.partition(' ')[2]}\n" for line in lines)


def sandbox_of(state: Path, **general: Any) -> BackgroundEngine:
    """The sandbox, on free ports."""
    return BackgroundEngine(Engine(configuration(state, **general), free_ports=True))
