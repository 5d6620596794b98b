"""This very process, redirected for a while."""

from __future__ import annotations

import asyncio
import errno
import ftplib
import imaplib
import os
import poplib
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

import sandbox
from sandbox.background import BackgroundEngine
from sandbox.redirection.hook.sandbox_shim import Shim, bound
from sandbox.redirection.hook.sandbox_shim.guard import _guarded
from sandbox.redirection.hook.sandbox_shim.services import port_of, service_at
from sandbox.redirection.inside import redirected
from tests.redirection.world import Run, free_port, sandbox_of


def attributes() -> list[dict[str, Any]]:
    """Everything that a redirection changes."""
    owners = (socket, socket.socket, ssl.SSLContext, sys.modules["_socket"], sys.modules[__name__])
    return [dict(vars(owner)) for owner in owners] + [dict(os.environ), {"path": list(sys.meta_path)}]


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundEngine]:
    with sandbox_of(tmp_path_factory.getbasetemp() / "state") as running:
        yield running


def test_a_sandbox_of_its_own() -> None:
    """All protocols of the lessons' profile, by the ports of the real world."""
    before = attributes()
    with sandbox.redirect() as box:
        with smtplib.SMTP("smtp.example.com", timeout=5) as smtp:
            smtp.sendmail("ann@example.org", ["bob@example.org"], "Subject: Hello\r\n\r\nHello!\r\n")
        pop = poplib.POP3_SSL("pop.example.com", context=ssl.create_default_context(), timeout=5)
        pop.user("bob@example.org")
        pop.pass_("secret")
        assert pop.stat()[0] > 1  # with the samples
        pop.quit()
        with imaplib.IMAP4("imap.example.com", timeout=5) as imap:
            imap.login("bob@example.org", "secret")
        for passive in (True, False):  # the data connection comes from us, or from the sandbox
            with ftplib.FTP("ftp.example.com", timeout=5) as ftp:
                ftp.login("user", "secret")
                ftp.set_pasv(passive)
                ftp.retrlines("LIST", lambda line: None)
        with urllib.request.urlopen("https://www.python.org/", timeout=5) as page:
            assert page.status == 200
        assert requests.get("https://www.example.com/", timeout=5).status_code == 200
        assert "Hello" in [mail.subject for mail in box.mail.messages]
    assert attributes() == before
    assert not box.running


def test_a_sandbox_that_runs(background: BackgroundEngine, capfd: pytest.CaptureFixture[str]) -> None:
    before = attributes()
    with redirected(background, routes=["*.example.net:4242=echo"]):
        with socket.create_connection(("a.example.net", 4242), timeout=5) as sock:
            sock.sendall(b"hello")
            assert sock.recv(10) == b"hello"
        with closing(socket.socket()) as sock:
            assert sock.connect_ex(("a.example.org", 4242)) == errno.ECONNREFUSED
        program = "import socket; print(socket.gethostbyname('www.onego.ru'))"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout == "195.161.136.4\n"
    assert attributes() == before
    assert background.running
    assert capfd.readouterr().err == (
        "sandbox: nothing answers at a.example.org:4242 (TCP); "
        "say what shall, as with --route a.example.org:4242=echo\n"
    )


async def test_within_a_running_loop() -> None:
    """As in an asynchronous test; the sandbox, whose loop is another one, is started and ended there."""
    with sandbox.redirect() as box:
        reader, writer = await asyncio.open_connection("echo.example.com", 7)
        with closing(writer):
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
    assert not box.running
    await writer.wait_closed()


def test_behaviours_that_no_listener_has_yet() -> None:
    address = "a.example.net", 4242
    with (
        sandbox.redirect(routes=["a.example.net:4242=reverse"]),
        socket.create_connection(address, timeout=5) as client,
    ):
        client.sendall(b"abc\n")
        assert client.recv(100).strip() == b"cba"


def test_a_route_may_name_a_behaviour_that_no_lesson_has() -> None:
    with pytest.raises(ValueError, match=r"a:1=nobody: .*no service, listener or behaviour"):
        sandbox.redirect(routes=["a:1=nobody"]).__enter__()
    with pytest.raises(ValueError, match=r"^a=smtp: routes.a: must have the form host:port"):
        sandbox.redirect(routes=["a=smtp"]).__enter__()
    with (
        sandbox.redirect(routes=["day.example.org:1300=daytime"]),
        socket.create_connection(("day.example.org", 1300), timeout=5) as client,
    ):
        assert client.recv(100)


def test_what_is_wrong_changes_nothing(background: BackgroundEngine) -> None:
    before = attributes()
    for routes, message in (
        (["nonsense"], "nonsense.*form host:port"),
        (["a:1=nobody"], "a:1.*no service, listener or behaviour"),
        (["a:1/udp=http"], "a:1/udp.*http has no listener for UDP"),
        ("a:1=http", r"routes: must be a list, as \['a:1=http'\]"),
    ):
        for way in (redirected(background, routes=routes), sandbox.redirect(routes=routes)):
            with pytest.raises(ValueError, match=message), way:
                pass
    with pytest.raises(ValueError, match="allow: must be a list"), redirected(background, allow="localhost"):
        pass
    wrong: Any = ["a:1=http"]
    with pytest.raises(TypeError, match="takes a Sandbox that runs in a thread"), sandbox.redirect(wrong):
        pass
    with redirected(background), pytest.raises(RuntimeError, match="nested"), sandbox.redirect():
        pass
    with pytest.raises(ZeroDivisionError), redirected(background):
        _ = 1 / 0
    assert attributes() == before
    with redirected(background):
        assert socket.gethostbyname("www.onego.ru") == "195.161.136.4"


def test_afterwards_the_guard_lets_everything_pass(background: BackgroundEngine) -> None:
    with redirected(background):
        assert _guarded
    assert _guarded == []
    with closing(sys.modules["_socket"].socket()) as sock:
        sock.setblocking(False)
        assert sock.connect_ex(("127.0.0.1", free_port())) in (errno.EINPROGRESS, errno.ECONNREFUSED)


def test_who_imported_names_of_the_socket_module_is_redirected_too(background: BackgroundEngine) -> None:
    module = type(sys)("early")
    exec("from socket import gethostbyname as lookup, socket as plain", vars(module))
    sys.modules["early"] = module
    try:
        with redirected(background):
            assert module.lookup("www.onego.ru") == "195.161.136.4"
            kept = socket.gethostbyname
        assert module.lookup is socket.gethostbyname
        assert kept("127.0.0.1") == "127.0.0.1"  # a function of ours that somebody kept asks the system
    finally:
        del sys.modules["early"]


def test_hosts_that_are_let_through(background: BackgroundEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A "real" host, which the system's resolver places at 127.0.0.1, and whose port has a route."""
    asked = []
    native = socket.getaddrinfo

    def resolver(host: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return native("127.0.0.1" if host == "real.example.org" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with redirected(background, routes=[f"*:{port}=echo"], allow=["real.example.org", "203.0.113.9"]):
            assert socket.gethostbyname("real.example.org") == "127.0.0.1"
            assert "real.example.org" in asked
            assert socket.gethostbyname("other.example.org").startswith("198.1")
            assert "other.example.org" not in asked
            with closing(socket.socket(type=socket.SOCK_DGRAM)) as sock:
                sock.connect(("203.0.113.9", 9))
                assert sock.getpeername() == ("203.0.113.9", 9)


def test_threads_while_it_comes_and_goes(background: BackgroundEngine) -> None:
    """Threads that connect all the time never fail, redirected or not."""
    end = background.endpoint("tcp", "echo")
    stop, errors = threading.Event(), []

    def connect() -> None:
        while not stop.is_set():
            try:
                with socket.create_connection((end.host, end.port), timeout=5) as sock:
                    sock.sendall(b"x")
                    assert sock.recv(1) == b"x"
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=connect) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        with redirected(background):
            socket.gethostbyname("www.onego.ru")
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("forked", [False, True])
def test_ports_that_need_privileges_are_elsewhere(
    background: BackgroundEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forked: bool
) -> None:
    """A port is free as soon as it is closed, although who has forked looks whether its child still serves there."""
    monkeypatch.setattr(bound, "_forked", [1] if forked else [])
    run = Run.of(background, tmp_path)
    shim = Shim({**run.table})
    native = socket.socket.bind

    def unprivileged(sock: Any, address: Any) -> None:
        if 0 < address[1] < 1024:
            raise PermissionError(errno.EACCES, "Permission denied")
        native(sock, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "bind", unprivileged, raising=False)
        shim.install()
        try:
            with closing(socket.socket()) as server, closing(socket.socket()) as client:
                server.bind(("", 25))
                server.listen()
                assert server.getsockname() == ("0.0.0.0", 25)
                client.settimeout(5)
                client.connect(("localhost", 25))
                accepted, _ = server.accept()
                accepted.close()
                with closing(socket.socket()) as second, pytest.raises(OSError, match="in use"):
                    second.bind(("127.0.0.1", 25))
        finally:
            shim.uninstall()
    assert list((tmp_path / "bound").iterdir()) == []


def test_a_probed_server_takes_a_free_port(background: BackgroundEngine, tmp_path: Path) -> None:
    run = Run.of(background, tmp_path, free_ports=True)
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        shim = Shim({**run.table})
        shim.install()
        try:
            with closing(socket.socket()) as server:
                server.bind(("127.0.0.1", port))
                assert server.getsockname() == ("127.0.0.1", port)
                (path,) = (tmp_path / "bound").iterdir()
                assert path.name == f"tcp-localhost-{port}"
                assert path.read_text().split()[:2] == [str(os.getpid()), "127.0.0.1"]
        finally:
            shim.uninstall()


def test_services_are_known_without_the_system_s_file() -> None:
    names = {
        "http": 80,
        "www": 80,
        "ftp": 21,
        "imap": 143,
        "pop3": 110,
        "smtp": 25,
        "https": 443,
        "imaps": 993,
    }
    assert {name: port_of(name, "tcp") for name in names} == names
    assert [port_of("tftp", protocol) for protocol in ("tcp", "udp", None)] == [None, 69, 69]
    assert [service_at(port, None) for port in (25, 69, 4242)] == ["smtp", "tftp", None]
    assert service_at(21, "udp") is None


def test_an_opener_that_urlopen_remembers_does_not_keep_whom_it_trusts(background: BackgroundEngine) -> None:
    before = urllib.request.build_opener()
    urllib.request.install_opener(before)
    try:
        with (
            redirected(background),
            urllib.request.urlopen("https://www.python.org/", timeout=5) as page,
        ):
            assert page.status == 200
        assert vars(urllib.request)["_opener"] is before
    finally:
        vars(urllib.request)["_opener"] = None
