"""Running sandboxes find each other by files, and files of those that have gone are not believed."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.errors import RunError, StateError
from sandbox.redirection import instances
from sandbox.redirection.instances import Instance
from tests.conftest import Serve


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANDBOX_STATE", str(tmp_path))
    return tmp_path / "run"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as running:
        yield running
        running.kill()


def instance(pid: int, since: float = 0, *, isolated: bool = False) -> Instance:
    return Instance(
        pid=pid,
        birth=instances._birth(pid),
        since=since,
        verb="up",
        table={"routes": []},  # type: ignore[typeddict-item]
        proxy=None,
        isolated=isolated,
    )


def test_published_as_long_as_it_runs(directory: Path, serve: Serve) -> None:
    background = serve(http={"listeners": {"proxy": {"port": 0}, "https": {"port": 0, "tls": "implicit"}}})
    described = background.call(lambda sandbox: instances.describe(sandbox, "run"))
    with instances.published(described):
        (path,) = directory.glob("*.json")
        assert path.name == f"{os.getpid()}.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        (found,) = instances.running()
        # JSON knows no tuples.
        assert json.dumps(found.table) == json.dumps(described.table)
        assert (found.pid, found.verb, found.proxy) == (
            os.getpid(),
            "run",
            background.endpoint("http", "proxy").address,
        )
        assert instances.choose() == instances.choose(os.getpid()) == found
    assert instances.running() == []
    assert list(directory.glob("*.json*")) == []


def test_nobody_else_can_publish_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    monkeypatch.setenv("SANDBOX_STATE", str(tmp_path / "new" / "state"))
    before = os.umask(0)
    try:
        described = serve(tcp={}).call(lambda sandbox: instances.describe(sandbox, "up"))
    finally:
        os.umask(before)
    for path in (tmp_path / "new", instances.directory(), Path(described.table["bound"])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


def test_a_state_directory_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SANDBOX_STATE", str(tmp_path / "file" / "state"))
    with (
        pytest.raises(StateError, match=r"cannot be made: .*; let SANDBOX_STATE name"),
        instances.published(instance(os.getpid())),
    ):
        pass


def test_files_of_somebody_else_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    with instances.published(instance(os.getpid())):
        assert len(instances.running()) == 1
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        assert instances.running() == []


def test_the_newest_that_will_do(process: subprocess.Popen[bytes]) -> None:
    older, newer = instance(os.getpid(), 1), instance(process.pid, 2, isolated=True)
    with instances.published(older), instances.published(newer):
        assert instances.running() == [newer, older]
        assert instances.choose() == newer
        assert instances.choose(isolated=False) == older
        assert instances.choose(older.pid, isolated=None) == older
        with pytest.raises(RunError, match=f"no sandbox runs in process 1; there are: {newer.pid}"):
            instances.choose(1)
        with pytest.raises(RunError, match=f"no isolated sandbox runs in process {older.pid}; there are: "):
            instances.choose(older.pid, isolated=True)


def test_those_that_have_gone(directory: Path, process: subprocess.Popen[bytes]) -> None:
    gone = instance(process.pid)
    directory.mkdir()
    instances.write(directory / f"{gone.pid}.json", json.loads(json.dumps(_fields(gone))))
    (directory / str(gone.pid)).mkdir()
    (directory / str(gone.pid) / "routes.json").touch()
    (directory / "bound").mkdir()
    (directory / "17.json").write_text("{")
    assert instances.running() == [gone]
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert instances.running() == [], "nobody has waited for it yet, but it has ended"
    with pytest.raises(
        RunError, match=r"no sandbox is running that could be joined; start one with: sandbox up"
    ):
        instances.choose()
    process.wait()
    with instances.published(instance(os.getpid())):
        assert {path.name for path in directory.iterdir()} == {"bound", f"{os.getpid()}.json"} | (
            {"17.json"} if instances._birth(17) else set()
        )


def test_another_process_of_the_same_number(directory: Path) -> None:
    fields = _fields(instance(os.getpid()))
    directory.mkdir()
    instances.write(directory / f"{os.getpid()}.json", fields | {"birth": fields["birth"] - 1})
    assert instances.running() == []


def _fields(each: Instance) -> dict[str, object]:
    import dataclasses

    return dataclasses.asdict(each)
