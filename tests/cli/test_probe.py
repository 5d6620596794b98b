"""``probe`` as its users run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.cli.probe import command as probe_command
from sandbox.probing import registry
from tests.cli.conftest import Run, command

SERVERS = Path(__file__).parents[1] / "probing"
TELLS = """
import os, socket, sys
server = socket.create_server(("127.0.0.1", 5000))
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    server.accept()
"""


def test_all_is_well(run: Run) -> None:
    done = run("probe", SERVERS / "good" / "udp_12345.py", "--show-output")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("udp localhost:12345 as udp-reply: ")
    assert "  ok    two clients\n" in done.stdout
    assert "The server's stdout:\n  | from (" in done.stdout
    assert done.stdout.endswith("4 ok, 0 failed, 0 notes\n")


def test_a_failure_is_explained(run: Run) -> None:
    done = run("probe", SERVERS / "broken" / "crash.py")
    assert done.returncode == 1
    assert "  FAIL  starts\n        expected  the program binds an address\n" in done.stdout
    assert "        hint      the address is one tuple: bind((host, port))\n" in done.stdout
    assert "The server's stderr:\n  | Traceback" in done.stdout
    assert "0 ok, 1 failed, 0 notes" in done.stdout


def test_json(run: Run) -> None:
    done = run("probe", SERVERS / "broken" / "udp_from_elsewhere.py", "--json", "--patience", "1")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["ok"], report["fail"]) == (0, 1)
    first = report["verdicts"][0]
    assert first["sent"] == "'client data'"
    assert first["outcome"] == "FAIL"
    assert report["program"].endswith("udp_from_elsewhere.py")


def test_the_examples_of_the_documentation(run: Run, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "probe.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"^```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    reports = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for text, report in zip((source, source.replace("text.upper()", "text")), reports, strict=True):
        (tmp_path / "server.py").write_text(text)
        told = run("probe", "server.py", "--patience", "1").stdout
        assert [line for line in told.splitlines(keepends=True) if "  | " not in line] == report.splitlines(
            keepends=True
        )


def test_the_documentation_knows_every_check() -> None:
    page = (Path(__file__).parents[2] / "docs" / "probe.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    assert rows == registry.names()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument"),
        (["no_such_server.py"], "there is no file no_such_server.py"),
        ([str(SERVERS / "good" / "udp_6789.py"), "--as", "pigeons"], "pigeons"),
        ([str(SERVERS / "good" / "udp_6789.py"), "--timeout", "0"], "--timeout"),
        (["true"], "only a server in Python"),
    ],
)
def test_usage(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(probe_command, arguments)
    assert done.exit_code == 2
    assert message in done.output


def test_the_checks_are_listed() -> None:
    done = CliRunner().invoke(probe_command, ["--list"])
    assert done.exit_code == 0
    assert "udp-echo   udp  UDP: each datagram comes back (6789)\n" in done.output


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_the_server_does_not_stay_behind(tmp_path: Path, number: signal.Signals, status: int) -> None:
    (tmp_path / "server.py").write_text(TELLS)
    pid = tmp_path / "pid"
    probe = subprocess.Popen(
        command("probe", tmp_path / "server.py", "--patience", "20", "--", pid),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
    )
    try:
        _until(pid.exists)
        probe.send_signal(number)
        assert probe.wait(10) == status
        _until(lambda: not _runs(pid.read_text()))
    finally:
        if probe.poll() is None:
            probe.kill()
            probe.wait()


def _runs(pid: str) -> bool:
    """Whether the process does more than wait for somebody to take its exit status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(true: object) -> None:
    end = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)
