"""The program under test: started redirected, with its output kept, started again if it ends, never left behind."""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sandbox.errors import RunError
from sandbox.probing import crash
from sandbox.probing.dial import Listener
from sandbox.probing.talk import Wrong
from sandbox.redirection import groups
from sandbox.redirection.environment import environment_of
from sandbox.redirection.program import Program

if TYPE_CHECKING:  # it would load the whole sandbox
    from sandbox.redirection.table import Table

POLL = 0.01  # seconds between two looks at the directory in which the program tells what it has bound
EPHEMERAL = 32768  # the lowest port a system gives for port 0
RESTART = 5.0  # seconds it may take to bind the same address again


class LessonServer:
    """A program that is a server. It is a context manager; at its end the program's process group is ended.

    ``guarded`` ends it also if this process is killed; only for a process without threads.
    """

    def __init__(self, program: Program, *, guarded: bool = False) -> None:
        self.program = program
        #: What it has ended with, each time.
        self.last_exceptions: list[str] = []
        self._directory = tempfile.TemporaryDirectory(prefix="sandbox-probe-")
        self._place = Path(self._directory.name)
        self._guarded = guarded
        self._guard: tuple[int, int] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: list[Listener] = []
        self._kept: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._kept = {name: self._written(name) for name in ("out", "err")}
        self._directory.cleanup()

    def start(self) -> None:
        """Start the program. Raises RunError if it cannot be."""
        table = self._table()
        routes = self._place / "routes.json"
        routes.write_text(json.dumps(table), encoding="utf-8")
        environment = environment_of(table, routes, os.environ) | {"PYTHONUNBUFFERED": "1"}
        try:
            with (self._place / "out").open("ab") as out, (self._place / "err").open("ab") as err:
                self._process = subprocess.Popen(
                    self.program.arguments,
                    executable=self.program.executable,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
        except OSError as error:
            raise RunError(f"{self.program.executable} cannot be run: {error.strerror}") from error
        if self._guarded:
            self._guard = groups.fork_guard(self._process.pid)

    def stop(self) -> None:
        """End the program and all that it has started."""
        if self._process is not None:
            groups.end(self._process.pid)
            self._process.wait()
        if self._guard is not None:
            groups.release_guard(*self._guard)
            self._guard = None

    def alive(self) -> bool:
        """Whether the program runs."""
        return self.status() is None

    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def ended(self, within: float) -> bool:
        """Whether the program has ended, or does so in so many seconds."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
            return True
        return False

    def revive(self) -> None:
        """Start the program again if it has ended. Raises Wrong if it does not bind anything again."""
        if self.alive():
            return
        self.last_exceptions.append(self.last_words())
        self.stop()
        for path in self._bound().iterdir():
            path.unlink(missing_ok=True)
        self.start()
        if not self.wait(RESTART):
            raise Wrong(
                crash.hint(self.stderr()) or "the program cannot be started a second time",
                f"exit status {self.status()}: {self.last_words()}",
            )

    def wait(self, seconds: float) -> bool:
        """Wait until the program has bound an address; false if it ends before that, or takes longer."""
        until = time.monotonic() + seconds
        while not self.listeners():
            if not self.alive() or time.monotonic() > until:
                return False
            time.sleep(POLL)
        return True

    def listeners(self) -> list[Listener]:
        """What the program has bound, in the order of the ports."""
        return sorted(self._current(), key=lambda each: (each.port, each.transport, each.host))

    def another(self, seen: Collection[Listener], until: float) -> Listener | None:
        """One that is not among those; waits for it until that monotonic time. None if there is none."""
        while True:
            last = time.monotonic() >= until or not self.alive()
            for listener in self.listeners():
                if listener not in seen:
                    return listener
            if last:
                return None
            time.sleep(POLL)

    def address(self, listener: Listener) -> tuple[str, int]:
        """Where a listener really is. Raises ConnectionRefusedError if nobody has bound it."""
        current = self._current().get(listener, listener)
        name = f"{current.transport}-{current.host.replace(':', '_')}-{current.port}"
        try:
            _, host, port, *_ = (self._bound() / name).read_text(encoding="ascii").split()
        except (OSError, ValueError):
            raise ConnectionRefusedError(f"the program does not listen on {listener}") from None
        return host, int(port)

    def _current(self) -> dict[Listener, Listener]:
        """The listeners by what they were first: who binds port 0 has another one after a new start."""
        there = [listener for path in self._bound().iterdir() if (listener := _listener(path.name))]
        missing = [
            listener for listener in self._seen if listener not in there and listener.port >= EPHEMERAL
        ]
        found = {}
        for listener in there:
            same = (
                old for old in missing if (old.transport, old.host) == (listener.transport, listener.host)
            )
            old = None if listener in self._seen or listener.port < EPHEMERAL else next(same, None)
            if old is not None:
                missing.remove(old)
            elif listener not in self._seen:
                self._seen.append(listener)
            found[old or listener] = listener
        return found

    def stdout(self) -> str:
        """What the program has written, in all its runs."""
        return self._written("out")

    def stderr(self) -> str:
        """What the program has written on stderr, in all its runs."""
        return self._written("err")

    def last_words(self) -> str:
        """The last line of it."""
        return crash.last_words(self.stderr())

    def _written(self, name: str) -> str:
        if name in self._kept:
            return self._kept[name]
        with contextlib.suppress(FileNotFoundError):
            return (self._place / name).read_text(encoding="utf-8", errors="replace")
        return ""

    def _bound(self) -> Path:
        return self._place / "bound"

    def _table(self) -> Table:
        """A table without routes, and a registry that nobody else's servers are in."""
        for name in ("bound", "names"):
            (self._place / name).mkdir(exist_ok=True)
        return {
            "sandbox": os.getpid(),
            "hosts": {},
            "routes": [],
            "wanted": {},
            "allow": [],
            "bound": str(self._bound()),
            "names": str(self._place / "names"),
            "addresses": str(self._place / "addresses"),
            "certificate": ssl.get_default_verify_paths().cafile or "",
            "log": None,
            "free_ports": True,
        }


def _listener(name: str) -> Listener | None:
    """What a file of the registry tells by its name; None for one that is only being written."""
    transport, _, address = name.partition("-")
    host, _, port = address.rpartition("-")
    if not port.isdecimal():
        return None
    return Listener(transport, host.replace("_", ":"), int(port))
