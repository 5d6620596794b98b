"""The rules of the house, executed: lint, format, types, architecture, sizes, and what importing costs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "sandbox").rglob("*.py"))

# Files that may be longer than the rest, each with its reason; an entry that is no longer needed fails.
LONG: dict[str, str] = {}
LONGEST = 400


def run(*command: str) -> str:
    """The output of a program of this environment, which must succeed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(180)
@pytest.mark.parametrize("arguments", ["ruff check .", "ruff format --check .", "mypy"])
def test_tools(arguments: str) -> None:
    run(sys.executable, "-m", *arguments.split())


def test_architecture() -> None:
    run(str(Path(sys.executable).with_name("lint-imports")))


def test_files_hold_one_idea() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in SOURCES}
    long = {path for path, length in lengths.items() if length > LONGEST}
    assert long == set(LONG)


def test_no_cupboard_for_everything() -> None:
    forbidden = {"utils", "util", "helpers", "common", "misc", "constants"}
    assert not [path for path in SOURCES if path.stem in forbidden or path.parent.name in forbidden]


def test_every_module_and_every_public_name_says_what_it_is() -> None:
    silent = [f"{path.relative_to(ROOT)}: {name}" for path in SOURCES for name in _undocumented(path)]
    assert silent == []


def _undocumented(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    return silent if ast.get_docstring(tree) else ["module", *silent]


def test_cores_have_no_coroutines() -> None:
    for path in SOURCES:
        if path.name == "core.py" or "sansio" in path.parts:
            assert not [
                node
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.AsyncFunctionDef)
            ]


def test_the_hook_needs_the_standard_library_alone() -> None:
    """It runs in the programs' own interpreters, which know nothing of this package and what that needs."""
    hook = ROOT / "sandbox" / "redirection" / "hook"
    foreign = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(hook.rglob("*.py"))
        for name in _imported(ast.parse(path.read_text()))
        if name.partition(".")[0] not in sys.stdlib_module_names | {"sandbox_shim", ""}
        or name.startswith("..")
    ]
    assert foreign == []


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


HEAVY = (
    "aiohttp",
    "aiosmtpd",
    "aioftp",
    "cryptography",
    "trustme",
    "dns",
    "pydantic",
    "asyncio",
    "click",
    "rich",
)


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("sandbox", ()),
        ("sandbox.errors", ()),
        ("sandbox.cli", ("click",)),
        ("sandbox.cli.probe", ("click",)),
        ("sandbox.engine", ("asyncio", "pydantic")),
        ("sandbox.background", ("asyncio", "pydantic")),
        ("sandbox.api", ("asyncio", "pydantic")),
    ],
)
def test_importing_stays_cheap(module: str, allowed: tuple[str, ...]) -> None:
    code = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(run(sys.executable, "-c", code))
    assert [name for name in HEAVY if name in loaded and name not in allowed] == []


def test_public_names() -> None:
    import sandbox

    assert sorted(sandbox.__all__) == sandbox.__all__
    assert all(getattr(sandbox, name) is not None for name in sandbox.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sandbox.nonsense
