"""The scripts of this folder, and running them all within one ``sandbox run``."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = HERE / "scripts"
DRIVER = HERE / "driver.py"
WITNESS = HERE / "witness"

LONGEST = 170.0  # seconds for all scripts together on a busy machine


@dataclass(frozen=True, slots=True)
class Script:
    """One script with its arguments."""

    path: Path
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Folder, name and arguments."""
        return " ".join((f"{self.path.parent.name}/{self.path.stem}", *self.arguments))

    @property
    def family(self) -> str:
        """The folder it is in."""
        return self.path.parent.name

    @property
    def command(self) -> list[str]:
        """What a Python is told."""
        return [str(self.path), *self.arguments]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a script ended; as text what to tell a reader."""

    status: int
    seconds: float
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit status {self.status} after {self.seconds} s\n{self.out}{self.err}"


def script(name: str, *arguments: object) -> Script:
    """The script of that folder and name."""
    return Script(SCRIPTS / f"{name}.py", tuple(map(str, arguments)))


def family(*names: str) -> list[Script]:
    """All scripts of some folders."""
    return [Script(path) for name in names for path in sorted((SCRIPTS / name).glob("*.py"))]


def run_all(
    directory: Path, options: Sequence[str], steps: Sequence[Sequence[Script]], *, impatient: bool = False
) -> dict[str, Outcome]:
    """Each script as a program of its own, all within one ``sandbox run`` with these options.

    Those of one step run at the same time. ``directory`` is new, and keeps the state and what the witness saw.
    An ``impatient`` driver ends those that do not end by themselves once they were told that nothing answers.
    """
    plan, results = directory / "plan.json", directory / "results.json"
    wanted = {"impatient": impatient, "steps": [[each.command for each in step] for step in steps]}
    plan.write_text(json.dumps(wanted), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "run", *options, str(DRIVER), str(plan), str(results)],
        env=environment(directory),
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = [Outcome(**each) for each in json.loads(results.read_text(encoding="utf-8"))]
    names = [each.name for step in steps for each in step]
    return dict(zip(names, outcomes, strict=True))


def environment(directory: Path) -> dict[str, str]:
    """A user with a state of its own and the witness on the path."""
    return os.environ | {
        "SANDBOX_STATE": str(directory / "state"),
        "PYTHONPATH": str(WITNESS),
        "WITNESS": str(directory / "witnessed"),
    }


def witnessed(directory: Path) -> set[tuple[str, str]]:
    """Every event the witness saw, with its address or name."""
    path = directory / "witnessed"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {(event, host) for event, _, host in (line.partition(" ") for line in lines)}


@contextmanager
def ports_of_the_lessons() -> Iterator[None]:
    """Only one at a time: lessons that are servers bind the ports they name, and there is one machine."""
    path = Path(tempfile.gettempdir()) / f"sandbox-ports-of-the-lessons-{os.getuid()}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
