"""The interpreter of the program: this one, or whichever ``--python`` names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import RunError

#: The oldest Python that can be redirected without a namespace of its own.
OLDEST = (3, 8)

_VERSION = re.compile(r"(?:python)?(\d+(?:\.\d+){0,2})$", re.IGNORECASE)
_QUESTION = "import sys; print('%d %d %d' % sys.version_info[:3])"
_COMMON = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", "/opt/python*/bin", "~/.local/bin")
_STORES = ("~/.local/share/uv/python/*/bin", "~/.asdf/installs/python/*/bin", "/opt/python/*/bin")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that is there. Its path is not resolved: a virtual environment is known by its own."""

    path: str
    version: tuple[int, ...]

    @property
    def name(self) -> str:
        """As people call it."""
        return "Python " + ".".join(map(str, self.version))


def chosen(wanted: str | None) -> Interpreter:
    """The interpreter a user wants: a version, a name or a path. Raises RunError if it is not there.

    If nothing is wanted it is that of the virtual environment the user works in, where their packages are, or else
    the one that runs the sandbox.
    """
    if wanted is None:
        return _of_environment() or Interpreter(sys.executable, sys.version_info[:3])
    version = _VERSION.match(wanted)
    if version is None or os.sep in wanted:
        return _at(wanted)
    numbers = tuple(map(int, version[1].split(".")))
    seen: dict[tuple[int, ...], str] = {}
    for path in _candidates(version[1]):
        found = asked(path)
        if found is not None and found.version[: len(numbers)] == numbers:
            return found
        if found is not None:
            seen.setdefault(found.version, path)
    for path in _of_pyenv():
        if (found := asked(path)) is not None:
            seen.setdefault(found.version, path)
    raise RunError(f"there is no Python {version[1]}; {_told(seen)}")


def asked(path: str) -> Interpreter | None:
    """What an interpreter says of itself; None if it does not answer as one."""
    try:
        done = subprocess.run([path, "-S", "-E", "-c", _QUESTION], capture_output=True, text=True, timeout=20)
        return Interpreter(path, tuple(map(int, done.stdout.split())) or ()) if done.stdout.strip() else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _at(wanted: str) -> Interpreter:
    path = shutil.which(str(Path(wanted).expanduser()))
    found = None if path is None else asked(str(Path(path).absolute()))
    if found is None:
        raise RunError(f"{wanted} is no Python interpreter: name a version, as 3.12, or the path of one")
    return found


def _of_environment() -> Interpreter | None:
    home = os.environ.get("VIRTUAL_ENV")
    if not home:
        return None
    path = str(Path(home, "Scripts" if os.name == "nt" else "bin", "python"))
    if path == sys.executable:
        return None
    return asked(path)


def _candidates(version: str) -> Iterator[str]:
    """Where such an interpreter may be, each place once; by its name on PATH, then pyenv's, then common places."""
    names = [f"python{version}", f"python{version.partition('.')[0]}", "python"]
    if version.count(".") == 2:
        names.insert(1, f"python{version.rpartition('.')[0]}")
    environment = os.environ.get("VIRTUAL_ENV")
    places = [f"{environment}/bin"] if environment else []
    places += os.get_exec_path()
    places += sorted(_folders(f"{_pyenv()}/versions/{version}*/bin"), reverse=True)
    for pattern in (*_COMMON, *_STORES):
        places += sorted(_folders(pattern), reverse=True)
    yield from dict.fromkeys(
        path for name in names for place in places if os.access(path := f"{place}/{name}", os.X_OK)
    )
    yield sys.executable


def _pyenv() -> str:
    return os.environ.get("PYENV_ROOT") or "~/.pyenv"


def _of_pyenv() -> list[str]:
    """Every Python of pyenv's: they are known to it by their full version only."""
    return [
        path
        for place in sorted(_folders(f"{_pyenv()}/versions/*/bin"))
        if os.access(path := f"{place}/python", os.X_OK)
    ]


def _folders(pattern: str) -> list[str]:
    expanded = Path(pattern).expanduser()
    return [str(path) for path in Path(expanded.anchor).glob(str(expanded.relative_to(expanded.anchor)))]


def _told(seen: dict[tuple[int, ...], str]) -> str:
    found = [f"{'.'.join(map(str, version))} ({path})" for version, path in sorted(seen.items())]
    return f"found: {', '.join(found)}" if found else "none was found at all"
