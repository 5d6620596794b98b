"""Health and metrics."""

from __future__ import annotations

import re
import smtplib
import socket
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sandbox.cli.health import command
from sandbox.engine import Engine
from sandbox.net.probe import told
from sandbox.settings.models import Binding
from tests.conftest import Serve
from tests.web.conftest import Control


def close_first(sandbox: Engine) -> None:
    next(iter(sandbox.network._doors)).close()


def test_everything_accepts(control: Control) -> None:
    health = control.get("/healthz")
    assert (health["status"], health["missing"]) == ("ok", [])
    assert {each["service"] for each in health["listeners"]} == {"smtp", "imap", "pop3", "http", "control"}
    assert control.ask("/readyz").status == 200


def test_a_listener_that_is_gone_is_told(control: Control) -> None:
    control.sandbox.call(close_first)
    answer = control.ask("/healthz")
    assert (answer.status, answer.json["status"]) == (503, "failing")
    assert [each["service"] for each in answer.json["listeners"] if not each["accepts"]] == ["smtp"]
    assert control.ask("/readyz").status == 503


def test_metrics_count_what_happened(control: Control) -> None:
    control.send()
    rule = {"name": "full", "on": "smtp.rcpt", "effect": {"kind": "reply", "text": "452 Full"}}
    control.ask("/sandbox/v1/faults", "POST", rule)
    with smtplib.SMTP("127.0.0.1", control.sandbox.endpoint("smtp").port) as smtp:
        smtp.login("ann", "any")
        smtp.mail("ann@example.org")
        assert smtp.rcpt("bob@example.org")[0] == 452
    answer = control.ask("/metrics")
    assert answer.headers.get_content_type() == "text/plain"
    lines = answer.body.decode().splitlines()
    for line in (
        'sandbox_connections_total{service="smtp"} 2.0',
        'sandbox_mails_total{outcome="accepted"} 1.0',
        'sandbox_logins_total{outcome="accepted",service="smtp"} 1.0',
        'sandbox_faults_hit_total{rule="full",service="smtp"} 1.0',
        'sandbox_listener_up{listener="main",service="imap",transport="tcp"} 1.0',
        "sandbox_journal_evictions_total 0.0",
        "sandbox_messages 1.0",
    ):
        assert line in lines
    assert any(line.startswith("process_open_fds ") for line in lines)


def test_the_command_asks_the_sandbox_itself(control: Control) -> None:
    def health() -> Result:
        control_port = control.sandbox.endpoint("control").port
        arguments = ["--only", "control,udp", "--set", f"services.control.port={control_port}"]
        return CliRunner().invoke(command, ["--profile", "sandbox", *arguments])

    done = health()
    assert (done.exit_code, done.stdout) == (0, "1 of 1 addresses accept\n")
    control.sandbox.call(close_first)
    done = health()
    assert (done.exit_code, done.stdout) == (1, "1 of 1 addresses accept\n")
    assert re.fullmatch(r"smtp/main on 127\.0\.0\.1:\d+: does not accept, it says itself\n", done.stderr)


def test_asking_leaves_nothing_on_the_timeline(control: Control, tmp_path: Path) -> None:
    """A container's health check comes every ten seconds, for weeks."""
    services = ("control", "imap", "pop3")
    ports = [control.sandbox.endpoint(name).port for name in ("control", "imap", "smtp")]  # no POP3 there
    path = tmp_path / "sandbox.toml"
    path.write_text(
        "".join(f"[services.{name}]\nport = {port}\n" for name, port in zip(services, ports, strict=True))
    )
    before = control.sandbox.call(lambda engine: len(engine.journal))
    done = CliRunner().invoke(command, ["--config", str(path)])
    assert (done.exit_code, done.stdout) == (1, "2 of 3 addresses accept\n")
    assert done.stderr == f"pop3/main on 127.0.0.1:{ports[2]}: does not accept, it says itself\n"
    assert control.sandbox.call(lambda engine: len(engine.journal)) == before


def test_the_command_waits_if_it_is_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, address = tmp_path / "sandbox.toml", tmp_path / "smtp.sock"
    config.write_text(f"[services.smtp]\nport = 0\n[services.smtp.listeners.local]\npath = '{address}'\n")
    with socket.socket(socket.AF_UNIX) as server:

        def comes_up(_: float) -> None:
            server.bind(str(address))
            server.listen()

        monkeypatch.setattr(time, "sleep", comes_up)
        done = CliRunner().invoke(command, ["--config", str(config), "--wait", "60"])
    assert (done.exit_code, done.stdout) == (0, "1 of 1 addresses accept\n")


def test_who_waits_looks_at_nothing_before_the_sandbox_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "sandbox.toml"
    with socket.create_server(("127.0.0.1", 0)) as smtp, socket.socket() as control:
        control.bind(("127.0.0.1", 0))
        ports = [sock.getsockname()[1] for sock in (smtp, control)]
        config.write_text("[services.smtp]\nport = {}\n[services.control]\nport = {}\n".format(*ports))
        waited = iter([None, None])
        moment = time.monotonic
        monkeypatch.setattr(time, "sleep", lambda _: next(waited))
        monkeypatch.setattr(
            time, "monotonic", lambda: moment() if waited.__length_hint__() else moment() + 60
        )
        CliRunner().invoke(command, ["--config", str(config), "--wait", "30"])
        smtp.settimeout(5)
        smtp.accept()[0].close()  # one look, after the wait
        smtp.setblocking(False)
        with pytest.raises(BlockingIOError):
            smtp.accept()


def test_the_command_is_not_taken_in_by_another_server(serve: Serve) -> None:
    other = serve(http={}).endpoint("http").port
    with pytest.raises(ValueError, match="no control interface"):
        told(Binding(name="main", transport="tcp", host="127.0.0.1", port=other), 5)
