"""Which sandboxes of this user run: each one publishes itself in a file, for programs that shall join it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.engine import Engine
from sandbox.errors import RunError
from sandbox.redirection.table import Table, table_of
from sandbox.settings import GlobalSettings
from sandbox.settings.paths import state_directory, state_folder


@dataclass(frozen=True, slots=True)
class Instance:
    """A sandbox that runs, as its file tells it."""

    pid: int
    birth: int
    """When the process began, in the system's own count: another process may get its number later."""
    since: float
    """When it was published, in seconds since the epoch."""
    verb: str
    table: Table
    proxy: str | None
    """The address of its HTTP proxy."""
    isolated: bool = False


def directory() -> Path:
    """Where the files are: in the state directory of this user, whatever a configuration says of its own."""
    return state_directory(GlobalSettings()).absolute() / "run"


def describe(sandbox: Engine, verb: str, *, isolated: bool = False) -> Instance:
    """What there is to tell of a sandbox that listens; made in its own thread."""
    pid = os.getpid()
    return Instance(
        pid=pid,
        birth=_birth(pid),
        since=time.time(),
        verb=verb,
        table=table_of(sandbox),
        proxy=_proxy(sandbox),
        isolated=isolated,
    )


@contextmanager
def published(instance: Instance) -> Iterator[None]:
    """The instance can be found meanwhile."""
    where = state_folder(directory())
    _sweep(where)
    path = where / f"{instance.pid}.json"
    write(path, asdict(instance))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def write(path: Path, data: Any) -> None:
    """Write JSON so that whoever reads meanwhile sees all of it or nothing; the file is readable by its owner alone."""
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(data, file)
    Path(temporary).replace(path)


def running() -> list[Instance]:
    """The sandboxes that run, the newest first."""
    found = [instance for path in directory().glob("*.json") if (instance := _read(path)) is not None]
    return sorted(found, key=lambda instance: instance.since, reverse=True)


def choose(pid: int | None = None, *, isolated: bool | None = None) -> Instance:
    """The instance of that process, or the newest; ``isolated`` tells which kind will do. Raises RunError."""
    found = [each for each in running() if isolated in (None, each.isolated)]
    for instance in found:
        if pid in (None, instance.pid):
            return instance
    kind = {None: "sandbox", True: "isolated sandbox", False: "sandbox that is not isolated"}[isolated]
    if pid is None or not found:
        raise RunError(f"no {kind} is running that could be joined; start one with: sandbox up")
    known = ", ".join(f"{instance.pid} ({instance.verb})" for instance in found)
    raise RunError(f"no {kind} runs in process {pid}; there are: {known}")


def _read(path: Path) -> Instance | None:
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_uid != os.geteuid():  # it would tell whom to trust
                return None
            instance = Instance(**json.load(file))
    except (OSError, ValueError, TypeError):  # it has just gone, or another version wrote it
        return None
    return instance if _birth(instance.pid) == instance.birth else None


def _sweep(where: Path) -> None:
    """Remove what killed processes have left: their files and directories begin with their number."""
    for path in where.iterdir():
        pid = path.name.partition(".")[0]
        if not pid.isdecimal() or _birth(int(pid)) != 0:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _birth(pid: int) -> int:
    """When a process began; -1 if that cannot be told, 0 if it does not run."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return 0 if fields[0] in (b"Z", b"X") else int(fields[19])  # fields 3 and 22, proc_pid_stat(5)
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return 0
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return 0
    return -1


def _proxy(sandbox: Engine) -> str | None:
    """Every HTTP listener is a proxy; the one that is called so is asked first, for it may have settings."""
    plain = {
        end.listener: end.address
        for end in sandbox.endpoints
        if end.service == "http" and end.tls == "none" and end.path is None
    }
    return plain.get("proxy") or next(iter(plain.values()), None)
