"""Starting and stopping, in a thread and on a loop."""

from __future__ import annotations

import asyncio
import os
import poplib
import smtplib
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, assert_type

import pytest

from sandbox import AsyncSandbox, ListenError, Sandbox, SettingsError
from sandbox.journal import Entry
from sandbox.services import names


def test_all_services_of_the_default_run_on_free_ports_without_samples() -> None:
    with Sandbox() as sandbox:
        assert {each.service for each in sandbox.listeners} == set(names())
        assert all(
            each.port not in range(2000, 3000) and each.host == "127.0.0.1" for each in sandbox.listeners
        )
        assert sandbox.call(lambda engine: len(engine.mail.home("ann").inbox)) == 0
        assert sandbox.ftp.client().nlst("/") == ["/home"]


def test_who_waits_in_another_thread_hears_of_the_end() -> None:
    told: list[BaseException] = []

    def wait() -> None:
        try:
            sandbox.wait_for(lambda _: bool(asked.set()), timeout=3600)
        except RuntimeError as error:
            told.append(error)

    asked = threading.Event()
    waiting = threading.Thread(target=wait, daemon=True)
    with Sandbox(services=["smtp"]) as sandbox:
        sandbox.smtp.client()
        waiting.start()
        assert asked.wait(10)
    waiting.join(10)
    assert [str(each) for each in told] == ["the sandbox was stopped"]
    assert not waiting.is_alive()


def test_samples_and_ports_of_a_file_are_kept_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[mail]\nsamples = true\n[services.pop3]\nport = 2110\n", encoding="utf-8")
    with Sandbox(path) as sandbox:
        assert [each.service for each in sandbox.listeners] == ["pop3"]
        assert sandbox.pop3.port != 2110
        assert sandbox.pop3.client("ann").stat()[0] == 3


def test_a_mapping_and_tables_over_it() -> None:
    given = {"hostname": "one.test", "services": {"smtp": {"banner": "Hello"}, "pop3": {}}}
    with Sandbox(given, hostname="two.test", smtp={"port": 0}, services=["smtp"]) as sandbox:
        assert [each.service for each in sandbox.listeners] == ["smtp"]
        with socket.create_connection(sandbox.smtp.address, timeout=5) as client:
            assert client.recv(100) == b"220 two.test Hello\r\n"
    assert given["services"] == {"smtp": {"banner": "Hello"}, "pop3": {}}


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Sandbox(
            smtp={"prot": 1},
            accounts={"mode": "some"},
            faults=[{"on": "smtp.rcpt", "effect": {"kind": "no"}}],
        )
    assert len(caught.value.problems) == 2
    with pytest.raises(SettingsError, match="kind"):
        Sandbox(faults=[{"on": "smtp.rcpt", "effect": {"kind": "no"}}])


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"smpt": {}}, "keyword smpt: smpt: unknown key, did you mean 'smtp'?"),
        ({"hostnam": "a"}, "keyword hostnam: hostnam: unknown key, did you mean 'hostname'?"),
        ({"smtp": {"prot": 1}}, "keyword smtp: services.smtp.prot: unknown key, did you mean 'port'?"),
        ({"services": "smtp pop3"}, "services: must be a list, as ['smtp', 'pop3']"),
        (
            {"accounts": ["ann"]},
            "keyword accounts: accounts: must be a table",
        ),
    ],
    ids=["service", "key", "setting", "services", "accounts"],
)
def test_mistakes_in_keywords_are_told_as_such(keywords: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Sandbox(**keywords)
    assert str(caught.value) == told


def test_accounts_may_be_names_and_passwords() -> None:
    with Sandbox(services=["pop3"], accounts={"ann": "right"}) as sandbox:
        assert sandbox.pop3.client().noop().startswith(b"+OK")
        with pytest.raises(poplib.error_proto):
            sandbox.pop3.client("ann", "wrong")


def test_it_can_be_started_again_and_stopped_twice() -> None:
    sandbox = Sandbox(services=["smtp"])
    assert not sandbox.running
    for _ in range(2):
        with sandbox:
            assert sandbox.running
            assert sandbox.smtp.client().noop()[0] == 250
        sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.smtp
    with sandbox, pytest.raises(RuntimeError, match="already"):
        sandbox.start()


def test_nothing_is_left_if_an_address_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sandbox = Sandbox(
            {"services": {"smtp": {}, "pop3": {"port": port}}}, free_ports=False, smtp={"port": 0}
        )
        threads = threading.active_count()
        with pytest.raises(ListenError):
            sandbox.start()
        assert threading.active_count() == threads
        assert not sandbox.running


async def test_on_the_callers_loop() -> None:
    async with Sandbox(services=["smtp", "tcp", "udp"]) as sandbox:
        assert isinstance(sandbox, AsyncSandbox)
        reader, writer = await asyncio.open_connection(*sandbox.tcp.listener("echo").address)
        writer.write(b"ping")
        assert await reader.read(10) == b"ping"
        writer.close()
        with pytest.raises(RuntimeError, match="another thread"):
            sandbox.smtp.client()
        with pytest.raises(RuntimeError, match="another thread"):
            sandbox.udp.client("echo")
        client = await asyncio.to_thread(sandbox.smtp.client, "ann")
        assert (await asyncio.to_thread(client.noop))[0] == 250
        entry = await sandbox.wait_for(lambda entry: "login.accepted" in repr(entry))
        assert entry.event.connection == 2
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.smtp


def test_programs_are_told_by_variables() -> None:
    with Sandbox(services=["smtp", "http", "control"]) as sandbox:
        assert sandbox.env["SMTP_HOST"] == "127.0.0.1"
        assert sandbox.env["SMTP_PORT"] == str(sandbox.smtp.port)
        assert sandbox.env["CONTROL_URL"] == f"http://127.0.0.1:{sandbox.control.port}"
        assert sandbox.control.url_for("/healthz") == f"{sandbox.env['CONTROL_URL']}/healthz"
        assert sandbox.env["SMTP_SMTPS_URL"] == sandbox.smtp.listener("smtps").url
        code = (
            "import os, urllib.request as u;"
            "print(u.build_opener(u.ProxyHandler({})).open(os.environ['HTTP_HTTPS_URL'] + '/status/204').status)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | sandbox.env,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "204\n"


def test_real_hosts_lead_here_while_it_is_redirected() -> None:
    with Sandbox() as sandbox, sandbox.redirect():
        with smtplib.SMTP("smtp.example.com", 587, timeout=5) as smtp:
            smtp.starttls()
            smtp.sendmail("ann@example.org", "bob@example.org", "Subject: Hello\r\n\r\n")
        assert sandbox.pop3.client("bob").stat()[0] == 1


async def test_types_tell_which_of_the_two_it_is() -> None:
    with Sandbox(services=["smtp"]) as sandbox:
        assert_type(sandbox, Sandbox)
        assert_type(sandbox.wait_for(lambda _: True), Entry)
    async with Sandbox(services=["smtp"]) as own:
        assert_type(own, AsyncSandbox)
        assert_type(await own.wait_for(lambda _: True), Entry)
        assert_type(own.smtp.port, int)
