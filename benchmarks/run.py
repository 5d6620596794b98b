"""What ``sandbox run`` costs: a whole run, the start of an interpreter with the shim, and the calls it stands in front of."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.measure import Plan, rate, seconds
from benchmarks.servers import HOST, ROOT
from sandbox.engine import Engine
from sandbox.redirection import isolation
from sandbox.redirection.environment import environment_of
from sandbox.redirection.hook.sandbox_shim import Shim
from sandbox.redirection.table import Table, table_of

NAME, PORT = "www.example.com", 7

Call = Callable[[str, int], object]


def run(plan: Plan) -> None:
    """Programs, with and without; then calls, with and without."""
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as directory,
        socket.create_server((HOST, 0)) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        receiver.bind((HOST, 0))
        ports = {"tcp": listener.getsockname()[1], "udp": receiver.getsockname()[1]}
        table = _table(ports, Path(directory))
        _programs(plan, table, Path(directory))
        _calls(plan, table, ports, listener)


def _table(ports: Mapping[str, int], directory: Path) -> Table:
    """As a sandbox would tell it, but with routes to sockets of this process, which do nothing but take what comes."""
    services = {"tcp": {"listeners": {}}}
    table = table_of(Engine.from_mapping({"state_directory": str(directory / "state"), "services": services}))
    table["routes"] = [(kind, "*", PORT, HOST, port, kind) for kind, port in ports.items()]
    return table


def _programs(plan: Plan, table: Table, directory: Path) -> None:
    path = directory / "routes.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    usual = os.environ | {"SANDBOX_STATE": str(directory / "state")}
    redirected = environment_of(table, path, usual)
    nothing = ["-c", "pass"]
    whole = ["-m", "sandbox", "run"]
    programs: dict[str, Callable[[], None]] = {
        "python -c pass": lambda: _execute(nothing, usual),
        "with the shim": lambda: _execute(nothing, redirected),
        "sandbox run --no-isolate": lambda: _execute([*whole, "--no-isolate", *nothing], usual),
        "sandbox run --isolate": lambda: _execute([*whole, "--isolate", *nothing], usual),
    }
    reason = isolation.unavailable()
    if reason is not None:
        print(f"  (isolated runs are not possible here: {reason})")
        del programs["sandbox run --isolate"]
    programs["with the shim"]()  # what is compiled once is not measured
    found: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(plan.rounds):
        for name, program in programs.items():
            found[name].append(seconds(program) * 1000)
    _compared("from start to end, ms", found)


def _calls(plan: Plan, table: Table, ports: Mapping[str, int], listener: socket.socket) -> None:
    count = plan.count(2000)

    def connect(host: str, port: int) -> None:
        with socket.socket() as client:
            client.connect((host, port))
            listener.accept()[0].close()

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        calls: dict[str, tuple[str, Call]] = {
            "connect and accept, µs": ("tcp", connect),
            "sendto, µs": ("udp", lambda host, port: datagrams.sendto(b"x", (host, port))),
            "getaddrinfo of an address and of a name, µs": ("", _resolved),
        }
        for title, (kind, call) in calls.items():
            found: dict[str, list[float]] = {"native": [], "with the shim": []}
            for _ in range(plan.rounds):
                found["native"].append(_microseconds(count, call, HOST, ports.get(kind, PORT)))
                with _redirected(table):
                    address = socket.gethostbyname(NAME) if kind else NAME
                    found["with the shim"].append(_microseconds(count, call, address, PORT))
            _compared(title, found)


def _resolved(host: str, port: int) -> object:
    """Looked up in the module each time: the shim replaces it there."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _microseconds(count: int, call: Call, host: str, port: int) -> float:
    return 1e6 / rate(count, lambda: call(host, port))


@contextmanager
def _redirected(table: Table) -> Iterator[None]:
    shim = Shim({**table})
    shim.install()
    try:
        yield
    finally:
        shim.uninstall()


def _execute(arguments: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, timeout=60)


def _compared(title: str, found: Mapping[str, list[float]]) -> None:
    first, *others = ((name, median(figures)) for name, figures in found.items())
    columns = [f"{first[0]} {first[1]:.3g}"]
    columns += [f"{name} {figure:.3g} (ratio {figure / first[1]:.2f})" for name, figure in others]
    print(f"  {title:<44}{'   '.join(columns)}", flush=True)
