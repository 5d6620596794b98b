"""``up`` as a process: what it prints, how it stops, what it says when it cannot start."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Up

CONFIG = """
[services.smtp]
port = 0
listeners = { smtps = { port = 0, tls = "implicit" } }
[services.pop3]
port = 0
[services.pop3.listeners.unix]
path = "pop.sock"
"""

Start = Callable[..., Up]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "sandbox.toml"
    path.write_text(CONFIG)
    return path


def test_json_tells_where_everything_listens(up: Start, config: Path) -> None:
    sandbox = up("--config", config)
    shown = [
        (end["service"], end["listener"], end["transport"], end["host"], end["tls"])
        for end in sandbox.endpoints
    ]
    assert shown == [
        ("smtp", "main", "tcp", "127.0.0.1", "starttls"),
        ("smtp", "smtps", "tcp", "127.0.0.1", "implicit"),
        ("pop3", "main", "tcp", "127.0.0.1", "starttls"),
        ("pop3", "unix", "unix", None, "none"),
    ]
    for end in sandbox.endpoints:
        if end["transport"] == "tcp":
            socket.create_connection((end["host"], end["port"]), timeout=5).close()
    assert sandbox.endpoints[3]["path"] == str(config.parent / "pop.sock")
    assert sandbox.stop()[0] == 0
    assert not (config.parent / "pop.sock").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_at_once_with_clients_connected(
    up: Start, config: Path, number: signal.Signals
) -> None:
    sandbox = up("--config", config, "--quiet")
    with socket.create_connection(("127.0.0.1", sandbox.port("smtp")), timeout=5) as client:
        assert client.recv(100).startswith(b"220 ")
        assert sandbox.stop(number) == (0, "", "")


def test_ports_can_be_used_again_at_once(up: Start, config: Path) -> None:
    first = up("--config", config)
    port = first.port("smtp")
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as client:
        client.recv(100)
        first.stop()
    second = up("--config", config, "--set", f"services.smtp.port={port}")
    assert second.port("smtp") == port


def test_one_line_for_each_connection(up: Start, config: Path) -> None:
    sandbox = up("--config", config, "--only", "smtp")
    with smtplib.SMTP("127.0.0.1", sandbox.port("smtp")) as smtp:
        smtp.sendmail("ann@example.org", ["bob@example.org"], "Subject: x\r\n\r\nx\r\n")
    assert sandbox.process.stderr is not None
    line = sandbox.process.stderr.readline()
    assert " smtp/main #1 127.0.0.1:" in line
    assert "mail.accepted" in line


def test_a_table_for_people(config: Path, tmp_path: Path) -> None:
    import subprocess

    from tests.cli.conftest import command

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "300"}
    with subprocess.Popen(
        command("up", "--config", config), cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        text = ""
        while "Press Ctrl-C" not in text:
            line = process.stdout.readline()
            assert line
            text += line
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert "Sandbox is up" in text
    assert "STARTTLS" in text
    assert "pop.sock" in text


def test_a_taken_port_names_service_port_and_process(run: Run, config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("up", "--config", config, "--set", f"services.pop3.port={port}")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"pop3 (main) cannot listen on 127.0.0.1:{port}: the address is in use by " in done.stderr
    assert f"(pid {os.getpid()})" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (config.parent / "pop.sock").exists()


def test_mistakes_are_told_all_at_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[services.smtp]\nprot = 25\n\n[services.pop4]\n\n[mail]\nsamples = "yes"\n')
    done = run("up", "--config", path, "--set", "services.smtp.port=x", "--only", "smtp,nothing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "--only: nothing: there is no such service",
        "--set services.smtp.port=x: services.smtp.port: Input should be a valid integer, not 'x'",
        "bad.toml:2: services.smtp.prot: unknown key, did you mean 'port'?",
        "bad.toml:4: services.pop4: there is no such service, did you mean 'pop3'?; known: "
        + "smtp, pop3, imap, ftp, xmlrpc, http, tcp, udp, dns, control",
        "bad.toml:7: mail.samples: Input should be a valid boolean, not 'yes'",
        "sandbox: 5 mistakes in the configuration; nothing was started",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "--config", "none.toml"], "none.toml: cannot be read: No such file or directory"),
        (["up", "--profile", "nothing"], "There is no profile 'nothing'; known: lessons, sandbox"),
        (["up", "--config", "x", "--profile", "lessons"], "Give either --config or --profile, not both."),
        (["up", "--port", "25"], "No such option"),
        (["down"], "No such command 'down'"),
        (["up", "--set", "services.smtp"], "must have the form key.path=value"),
    ],
)
def test_a_bad_command_line(run: Run, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
