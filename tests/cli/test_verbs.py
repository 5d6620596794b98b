"""The verbs beside ``up``."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Up


def test_help_lists_every_verb(run: Run) -> None:
    text = run("--help").stdout
    for verb in ("up", "check", "init", "schema", "services", "ca", "health"):
        assert f"\n  {verb} " in text
        assert run(verb, "--help").returncode == 0
    assert "..." not in text.partition("Commands:")[2]  # what a verb does is told in one line


def test_version_and_usage_of_the_program(run_process: Run) -> None:
    from sandbox import __version__

    assert __version__ in run_process("--version").stdout
    done = run_process("check", "--config", "none.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("profile", ["sandbox", "lessons"])
def test_the_ready_configurations_have_no_mistakes(run: Run, profile: str) -> None:
    done = run("check", "--profile", profile)
    assert done.returncode == 0, done.stderr
    assert "no mistakes" in done.stdout


def test_check_tells_mistakes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[services.smtp]\nprot = 1\n")
    done = run("check", "--config", "x.toml")
    assert done.returncode == 2
    assert "x.toml:2: services.smtp.prot: unknown key, did you mean 'port'?" in done.stderr


def test_check_reads_the_environment(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[services.smtp]\n")
    done = run("check", SANDBOX_CONFIG="x.toml", SANDBOX_SET="services.smtp.port=0 hostname=mail.test")
    assert done.stdout == "x.toml: no mistakes; 1 listener for smtp\n"


def test_init_writes_once(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    assert run("check", "--config", "sandbox.toml").returncode == 0
    again = run("init")
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert run("init", "--force", "--profile", "lessons").returncode == 0
    assert "lessons" in (tmp_path / "sandbox.toml").read_text()
    assert run("init", "no/such/place.toml").returncode == 2


def test_the_schema_in_the_repository_is_the_models(run: Run) -> None:
    kept = Path(__file__).parents[2] / "config" / "sandbox.schema.json"
    assert run("schema").stdout == kept.read_text(encoding="utf-8"), (
        "python -m sandbox schema > config/sandbox.schema.json makes it anew"
    )


def test_services_lists_all(run: Run) -> None:
    from sandbox.services import SERVICES

    lines = run("services").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(SERVICES)
    assert lines[0].split()[:2] == ["smtp", "2025"]


def test_ca_prints_what_a_shell_can_read(run: Run, tmp_path: Path) -> None:
    done = run("ca", SANDBOX_STATE=str(tmp_path / "my state"))
    shell = subprocess.run(
        [
            "sh",
            "-c",
            f'eval "$1"; exec {sys.executable} -c "import os; print(os.environ[\'REQUESTS_CA_BUNDLE\'])"',
            "sh",
            done.stdout,
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    path = Path(shell.stdout.strip())
    assert path == tmp_path / "my state" / "ca" / "ca.pem"
    assert "BEGIN CERTIFICATE" in path.read_text()
    assert stat.S_IMODE(path.with_name("ca.key").stat().st_mode) == 0o600
    again = json.loads(run("ca", "--json", SANDBOX_STATE=str(tmp_path / "my state")).stdout)
    assert again["certificate"] == str(path)
    assert again["environment"]["SSL_CERT_FILE"] == str(path)


def test_health(run: Run, up: Callable[..., Up], tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text("[services.smtp]\nport = 0\n")
    sandbox = up("--config", path)
    now = f"services.smtp.port={sandbox.port('smtp')}"
    done = run("health", "--config", path, "--set", now)
    assert (done.returncode, done.stdout) == (0, "1 of 1 addresses accept\n")
    sandbox.stop()
    done = run("health", "--config", path, "--set", now)
    assert (done.returncode, done.stdout) == (1, "0 of 1 addresses accept\n")
    assert "Connection refused" in done.stderr
