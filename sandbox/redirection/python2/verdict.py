"""Whether a script is Python 2: for certain, perhaps, or not at all."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import tokenize
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.redirection.interpreters import Interpreter
from sandbox.redirection.python2 import library, syntax
from sandbox.redirection.python2.finding import Finding

_SHOWN = 12
_WIDEST = 50
_ADVICE = "The program 2to3, which comes with Python up to 3.12, rewrites most of it: 2to3 -w {}"
_ABSENT = """
import importlib.util, json, sys
sys.path[:] = [sys.argv[1], *sys.path]
def absent(name):
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True
print(json.dumps([name for name in sys.argv[2:] if absent(name)]))
"""
_COMPILES = "import sys; compile(sys.stdin.buffer.read(), 'script', 'exec', dont_inherit=True)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is Python 2 in a script. If that is ``certain`` Python 3 cannot run it; else it may."""

    name: str
    certain: bool
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        shown = self.findings[:_SHOWN]
        width = min(_WIDEST, max(len(finding.what) for finding in shown))
        digits = len(str(shown[-1].line))
        lines = [
            f"  line {line:{digits}}: {_short(what):{width}}  ->  {_short(instead)}"
            for line, what, instead in shown
        ]
        if len(self.findings) > len(shown):
            lines.append(f"  ... and {len(self.findings) - len(shown)} more")
        what = "is written in" if self.certain else "failed; perhaps because it was written for"
        return "\n".join([f"{self.name} {what} Python 2. In Python 3:", *lines, _ADVICE.format(self.name)])


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def judge(name: str, source: bytes, interpreter: Interpreter) -> Verdict | None:
    """What is Python 2 in a script that an interpreter is to run; ``name`` is its path.

    None if nothing is, or if it cannot be read at all, which Python tells better.
    """
    text = _decoded(source)
    if text is None or interpreter.version < (3,):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compile(tree, "script", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = syntax.findings(text)
        if not found or _compiles(source, interpreter):
            return None
        return Verdict(name, True, tuple(sorted([*found, *syntax.mentions(text)], key=_line)))
    return _used(name, library.Use(tree, text), interpreter)


def _used(name: str, use: library.Use, interpreter: Interpreter) -> Verdict | None:
    absent = _absent(use.modules, Path(name).parent, interpreter)
    imports = [
        Finding(line, f"import {module}", library.MODULES[module])
        for module, line in use.modules.items()
        if module in absent
    ]
    certain = [*imports, *use.names]
    found = tuple(sorted(dict.fromkeys([*certain, *use.perhaps]), key=_line))
    return Verdict(name, bool(certain) and not use.aware, found) if found else None


def _line(finding: Finding) -> int:
    return finding.line


def _decoded(source: bytes) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return source.decode(encoding).replace("\r\n", "\n")
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None


def _compiles(source: bytes, interpreter: Interpreter) -> bool:
    """Whether the interpreter that shall run it understands it, if that is another one than this."""
    if interpreter.version[:2] <= sys.version_info[:2]:
        return False
    return _asked(interpreter, [_COMPILES], source).returncode == 0


def _absent(names: Collection[str], folder: Path, interpreter: Interpreter) -> set[str]:
    """Which modules the script could not import: there may be one of that name beside it, or installed."""
    if not names:
        return set()
    done = _asked(interpreter, [_ABSENT, str(folder), *names])
    return set(json.loads(done.stdout)) if done.returncode == 0 else set()


def _asked(
    interpreter: Interpreter, arguments: Sequence[str], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([interpreter.path, "-c", *arguments], input=given, capture_output=True, check=False)
