"""What a command line names: a Python script, a module, some code, or any other program."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import RunError
from sandbox.redirection.interpreters import OLDEST, Interpreter, asked, chosen

_PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?$", re.IGNORECASE)
_HASH_BANG = re.compile(rb"#!.*?[/ ](?:python|pypy)[\d.]*(?=\s|$)")
# Options of the interpreter by which it ignores PYTHONPATH or leaves sitecustomize out.
_LEAVING_OUT = frozenset("IES")


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be executed, with all its arguments."""

    executable: str
    arguments: tuple[str, ...]
    source: tuple[str, bytes] | None = None
    """The name and the text of a Python script, if there is one to look at."""
    interpreter: Interpreter | None = None
    """That Python."""
    escapes: str | None = None
    """Why it cannot be redirected from inside, if it cannot."""


def find(words: Sequence[str], python: str | None = None) -> Program:
    """The program of a command line, ``python`` being the interpreter of scripts. Raises RunError."""
    first = words[0]
    if first in ("-m", "-c") and len(words) == 1:
        raise RunError(f"{first} needs {'a module' if first == '-m' else 'some code'}")
    if first in ("-m", "-c", "-") or _is_script(Path(first)):
        return _script(words, python)
    path = shutil.which(first)
    if path is None:
        raise RunError(_missing(first))
    if python is not None:
        raise RunError(f"--python chooses the interpreter of Python scripts; {first} is none")
    path = str(Path(path).absolute())
    escapes = _escape(path, words)
    # A Python has better means than a proxy, so none runs that has given them up.
    interpreter = asked(path) if escapes and _PYTHON.match(Path(path).name) else None
    return Program(path, tuple(words), interpreter=interpreter, escapes=escapes)


def _script(words: Sequence[str], python: str | None) -> Program:
    interpreter = chosen(python)
    old = interpreter.version < OLDEST
    return Program(
        interpreter.path,
        (interpreter.path, *words),
        source=_source(words),
        interpreter=interpreter,
        escapes=f"{interpreter.name} is older than {_dotted(OLDEST)}" if old else None,
    )


def _source(words: Sequence[str]) -> tuple[str, bytes] | None:
    if words[0] in ("-m", "-"):
        return None
    if words[0] == "-c":
        return "the code", words[1].encode("utf-8", "surrogateescape")
    path = Path(words[0])
    try:
        path = path / "__main__.py" if path.is_dir() else path
        return str(path), path.read_bytes()
    except OSError:  # Python will say so
        return None


def _is_script(path: Path) -> bool:
    if path.is_dir():
        return (path / "__main__.py").is_file()
    if not path.is_file():
        return False
    if path.suffix.lower() in (".py", ".pyw", ".pyc"):
        return True
    return _hash_bang(path) is not None or _is_archive(path)


def _is_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "__main__.py" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _hash_bang(path: Path) -> bytes | None:
    """The first line of a script that names Python."""
    try:
        with path.open("rb") as file:
            line = file.readline(200)
    except OSError:
        return None
    return line if _HASH_BANG.match(line) else None


def _escape(path: str, words: Sequence[str]) -> str | None:
    line = _hash_bang(Path(path))
    if _PYTHON.match(Path(path).name):
        options = _options(words[1:])
    elif line is not None:
        options = _options(line.decode("utf-8", "replace").split()[1:])
        path = line[2:].decode("utf-8", "replace").split()[0]
    else:
        return f"{Path(path).name} is not a Python script"
    if left_out := sorted(_LEAVING_OUT.intersection(options)):
        return f"python -{left_out[0]} leaves the redirection out"
    if Path(path).name == "env":
        return None
    interpreter = asked(path)
    if interpreter is None or interpreter.version < OLDEST:
        name = Path(path).name if interpreter is None else interpreter.name
        return f"{name} is older than {_dotted(OLDEST)}"
    return None


def _options(words: Sequence[str]) -> str:
    """The one-letter options of the interpreter before the script."""
    found = ""
    for word in words:
        if not word.startswith("-") or word == "-":
            if found[-1:] not in ("W", "X"):
                break
            continue
        letters = re.match(r"-([a-zA-Z]*?)([cmWX]|$)", word)
        found += letters[1] + letters[2] if letters else ""
        if found[-1:] in ("c", "m"):
            break
    return found


def _missing(name: str) -> str:
    path = Path(name)
    if path.is_dir():
        return f"{name} is a directory without a __main__.py"
    if path.exists():
        return f"{name} is not a Python script (*.py, or with python in its first line), and not executable"
    if os.sep not in name and path.suffix.lower() not in (".py", ".pyw"):
        what = f"there is neither a file nor a program {name}"
    else:
        what = f"there is no file {name}"
    names = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    return what + (f", did you mean {path.with_name(close[0])}?" if close else "")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
