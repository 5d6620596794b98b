"""Servers under measurement, each a process of its own: no interpreter is shared with the client that measures."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"

#: The packages that peers come from; all but those of the standard library are optional.
PACKAGES = {
    "aiosmtpd": "aiosmtpd",
    "smtpdfix": "smtpdfix",
    "pyftpdlib": "pyftpdlib",
    "pytest-httpserver": "pytest_httpserver",
    "pytest-localftpserver": "pytest_localftpserver",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the port of each of its services."""

    name: str
    ports: Mapping[str, int]

    def port(self, service: str) -> int:
        """Where that service listens; a peer has only one."""
        return self.ports.get(service) or self.ports[""]


@contextmanager
def sandbox(configuration: str) -> Iterator[Server]:
    """A sandbox with that TOML, which records everything as it usually does."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        file = Path(directory) / "sandbox.toml"
        file.write_text(f'state_directory = "state"\n{configuration}', encoding="utf-8")
        with _process("sandbox", "up", "--json", "--quiet", "--config", str(file)) as line:
            ports = {end["service"]: end["port"] for end in json.loads(line)["endpoints"]}
            yield Server("sandbox", ports)


@contextmanager
def beside(configuration: str, peers: Sequence[str]) -> Iterator[Sequence[Server]]:
    """A sandbox, and those of the peers that are installed; of the others a line tells."""
    with ExitStack() as stack:
        servers = [stack.enter_context(sandbox(configuration))]
        for peer in peers:
            if peer in PACKAGES and find_spec(PACKAGES[peer]) is None:
                print(f"  ({peer} is not installed: pip install -e '.[bench]')")
                continue
            line = stack.enter_context(_process("benchmarks.peers", peer))
            servers.append(Server(peer, {"": int(line)}))
        yield servers


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[str]:
    """A Python process while the ``with`` lasts; gives the first line it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{module} {' '.join(arguments)} did not start")
        yield line
    finally:
        process.terminate()
        process.communicate(timeout=10)
