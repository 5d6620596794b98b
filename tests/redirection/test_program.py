"""What a command line names, by which interpreter it runs, and whether the shim would catch it."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from sandbox.errors import RunError
from sandbox.redirection import interpreters, modes
from sandbox.redirection.instances import Instance
from sandbox.redirection.interpreters import Interpreter, chosen
from sandbox.redirection.modes import Mode
from sandbox.redirection.program import Program, find


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return tmp_path


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def fake_python(path: Path, version: str) -> Path:
    return executable(path, f"#!/bin/sh\necho {version.replace('.', ' ')}\n")


@pytest.mark.parametrize(
    "words", [["lesson.py", "-x"], ["./lesson.py"], ["-m", "lesson"], ["-c", "pass"], ["-"]], ids=" ".join
)
def test_scripts_run_by_this_interpreter(folder: Path, words: list[str]) -> None:
    (folder / "lesson.py").write_text("pass")
    program = find(words)
    assert (program.executable, program.arguments) == (sys.executable, (sys.executable, *words))
    assert program.escapes is None
    sources = {
        "lesson.py": ("lesson.py", b"pass"),
        "./lesson.py": ("lesson.py", b"pass"),
        "-c": ("the code", b"pass"),
    }
    assert program.source == sources.get(words[0])


def test_what_else_is_a_script(folder: Path) -> None:
    (folder / "package").mkdir()
    (folder / "package" / "__main__.py").write_text("1")
    with zipfile.ZipFile(folder / "archive", "w") as archive:
        archive.writestr("__main__.py", "2")
    (folder / "window.PYW").write_text("3")
    executable(folder / "shebang", "#!/usr/bin/python\n")
    for name in ("package", "archive", "window.PYW", "shebang"):
        assert find([name]).arguments == (sys.executable, name)
    source = find(["package"]).source
    assert source == ("package/__main__.py", b"1")
    with zipfile.ZipFile(folder / "other", "w") as archive:
        archive.writestr("main.py", "2")
    with pytest.raises(RunError, match="other is not a Python script"):
        find(["other"])


def test_other_programs_are_found_on_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder / "bin"))
    tool = executable(folder / "bin" / "tool", "#!/bin/sh\n")
    (folder / "tool").mkdir()  # nothing to run, so it is not meant
    program = find(["tool", "-c"])
    assert (program.executable, program.arguments) == (str(tool), ("tool", "-c"))
    assert program.escapes == "tool is not a Python script"


@pytest.mark.parametrize(
    ("line", "escapes"),
    [
        ("#!/usr/bin/env python3", None),
        ("#!/opt/my python/bin/python3.12 -u", None),
        ("#!/usr/bin/pypy3", None),
        ("#!/bin/sh", "program is not a Python script"),
        ("#!/usr/bin/pythonic", "program is not a Python script"),
    ],
)
def test_scripts_by_their_first_line(folder: Path, line: str, escapes: str | None) -> None:
    executable(folder / "program", f"{line}\n")
    assert find(["./program"]).escapes == escapes


@pytest.mark.parametrize(
    ("words", "escapes"),
    [
        (["-c", "pass", "-I"], None),
        (["-u", "lesson.py", "-S"], None),
        (["-W", "error", "-X", "dev", "lesson.py"], None),
        (["-I", "lesson.py"], "python -I leaves the redirection out"),
        (["-uE", "lesson.py"], "python -E leaves the redirection out"),
        (["-X", "dev", "-bS", "lesson.py"], "python -S leaves the redirection out"),
        (["-Wignore", "-sIc", "pass"], "python -I leaves the redirection out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_options_of_a_python_that_is_named(words: list[str], escapes: str | None) -> None:
    assert find([sys.executable, *words]).escapes == escapes


def test_an_old_python_that_is_named(folder: Path) -> None:
    fake_python(folder / "bin" / "python3", "3.7.16")
    assert find(["bin/python3", "lesson.py"]).escapes == "Python 3.7.16 is older than 3.8"
    (folder / "lesson.py").touch()
    program = find(["lesson.py"], python="bin/python3")
    assert program.escapes == "Python 3.7.16 is older than 3.8"


def test_a_version_is_found_by_its_name_then_at_pyenv_s(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "_COMMON", ())
    monkeypatch.setattr(interpreters, "_STORES", ())
    monkeypatch.setenv("PATH", f"{folder}/bin:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(folder / "pyenv"))
    named = fake_python(folder / "bin" / "python5.1", "5.1.2")
    executable(folder / "bin" / "python5.2", "#!/bin/sh\necho not installed >&2; exit 127\n")
    stored = fake_python(folder / "pyenv" / "versions" / "5.2.0" / "bin" / "python", "5.2.0")
    newest = fake_python(folder / "pyenv" / "versions" / "5.3.1" / "bin" / "python5", "5.3.1")
    for wanted, path in [
        ("5.1", named),
        ("python5.1", named),
        ("5.1.2", named),
        ("5.2", stored),
        ("5.3.1", newest),
        ("5", newest),
        ("./bin/python5.1", named),
        (str(stored), stored),
    ]:
        assert Path(chosen(wanted).path).resolve() == path, wanted
    with pytest.raises(RunError, match=r"there is no Python 5\.1\.3; found: .*5\.1\.2 \(.*/bin/python5\.1\)"):
        chosen("5.1.3")
    with pytest.raises(RunError, match=r"there is no Python 6; found: .*5\.2\.0 \(.*/5\.2\.0/bin/python\)"):
        chosen("6")
    for wrong in ("./bin/python5.2", "nonsense", "/", "3.x"):
        with pytest.raises(
            RunError, match=r"is no Python interpreter: name a version, as 3\.12, or the path"
        ):
            chosen(wrong)


def test_the_virtual_environment_is_preferred(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_python(folder / "venv" / "bin" / "python", "3.12.1")
    monkeypatch.setenv("VIRTUAL_ENV", str(folder / "venv"))
    assert chosen(None) == Interpreter(str(folder / "venv" / "bin" / "python"), (3, 12, 1))
    monkeypatch.setenv("VIRTUAL_ENV", str(folder / "removed"))
    assert chosen(None) == Interpreter(sys.executable, sys.version_info[:3])


SCRIPT = Program("python", ("python",), interpreter=Interpreter("python", (3, 12, 0)))
OLD = Program(
    "python", ("python",), interpreter=Interpreter("python", (2, 7, 18)), escapes="Python 2.7.18 is old"
)
CURL = Program("curl", ("curl",), escapes="curl is not a Python script")


@pytest.mark.parametrize(
    ("program", "isolate", "allow", "unavailable", "mode"),
    [
        (SCRIPT, None, (), None, Mode.ISOLATED),
        (SCRIPT, True, (), None, Mode.ISOLATED),
        (SCRIPT, False, (), None, Mode.SHIM),
        (SCRIPT, None, (), "no", Mode.SHIM),
        (SCRIPT, None, ("api.example.com",), None, Mode.SHIM),
        (CURL, None, (), None, Mode.ISOLATED),
        (CURL, False, (), None, Mode.PROXIED),
        (OLD, None, (), None, Mode.ISOLATED),
    ],
)
def test_modes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    program: Program,
    isolate: bool | None,
    allow: tuple[str, ...],
    unavailable: str | None,
    mode: Mode,
) -> None:
    monkeypatch.setattr("sandbox.redirection.isolation.unavailable", lambda: unavailable)
    assert modes.mode_of(program, isolate=isolate, allow=allow) is mode
    told = capsys.readouterr().err
    if mode is Mode.SHIM and isolate is None:
        assert told == (
            "sandbox: not isolated, the shim redirects what Python does: "
            f"{'--allow needs the real network' if allow else 'no'}\n"
        )
    else:
        assert told == ""


def test_a_python_that_leaves_the_shim_out_is_refused_without_isolation() -> None:
    with pytest.raises(
        RunError, match="python -I leaves the redirection out, so the shim cannot redirect it"
    ):
        modes.mode_of(find([sys.executable, "-I", "lesson.py"]), isolate=False)


@pytest.mark.parametrize(
    ("program", "isolate", "allow", "words"),
    [
        (SCRIPT, True, (), "--isolate is not possible: no"),
        (SCRIPT, True, ("api.example.com",), "--isolate is not possible: --allow needs the real network"),
        (
            CURL,
            None,
            (),
            "curl is not a Python script, so the shim cannot redirect it, and it cannot be isolated: no",
        ),
        (CURL, None, ("api.example.com",), "--allow needs the real network"),
        (
            OLD,
            None,
            (),
            "Python 2.7.18 is old, so the shim cannot redirect it, and it cannot be isolated: no",
        ),
        (OLD, False, (), "--no-isolate forbids it"),
    ],
)
def test_what_would_escape_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    program: Program,
    isolate: bool | None,
    allow: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.setattr("sandbox.redirection.isolation.unavailable", lambda: "no")
    with pytest.raises(RunError) as caught:
        modes.mode_of(program, isolate=isolate, allow=allow)
    assert words in str(caught.value)


def test_a_server_that_stays_out_of_reach_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Instance(4711, 1, 1.0, "run", {}, None, isolated=True)  # type: ignore[typeddict-item]
    monkeypatch.setattr(modes, "serving", lambda: (server, [8000, 9090]))
    assert modes.neighbour() is server
    assert modes.neighbour(["--log", "--route"]) is None
    shared, apart = capsys.readouterr().err.splitlines()
    assert shared.startswith(
        "sandbox: sharing the network of process 4711, whose program serves port 8000, 9090"
    )
    assert apart.startswith("sandbox: not sharing the network of process 4711")
    assert "--log, --route" in apart
