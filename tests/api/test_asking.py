"""What a test asks a sandbox that runs: real clients, waits, and answers; in a thread and on the loop."""

from __future__ import annotations

import asyncio
import io
import threading
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.observation import Unexpected, WaitTimeout, called, mailed, noted, requested, stored


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(state_directory=str(tmp_path_factory.getbasetemp() / "state")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


def send(
    sandbox: Sandbox, to: str, subject: str = "Hello", *, user: str | None = None, starttls: bool = False
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@example.org", to, subject
    mail.set_content("Your code is 4711: https://example.org/confirm?id=4711\n")
    with sandbox.smtp.client(user, starttls=starttls) as client:
        client.send_message(mail)


def test_a_mail_that_is_sent_meanwhile(sandbox: Sandbox) -> None:
    sending = threading.Thread(target=send, args=(sandbox, "bob@example.org"))
    sending.start()
    (mail,) = sandbox.mail.wait(to="bob@example.org", subject="Hello")
    sending.join()
    assert (mail.codes, mail.links) == (("4711",), ("https://example.org/confirm?id=4711",))
    assert sandbox.mail.latest == mail
    assert "c: mail from:<ann@example.org>" in sandbox.journal.transcript(mail.connection).lower()
    sandbox.mail.none(to="carl@example.org", within=0)
    sandbox.mail.clear()
    assert sandbox.mail.messages == []
    assert sandbox.mail.latest is None


def test_the_facts_of_a_login_under_tls(sandbox: Sandbox) -> None:
    send(sandbox, "bob@example.org", user="ann", starttls=True)
    (mail,) = sandbox.mail.messages
    assert mail.user == "ann"
    assert mail.tls is not None
    sandbox.check.tls_before_login("smtp")
    sandbox.check.no_password_in_clear()
    sandbox.check.logged_out("smtp")
    sandbox.check.all_closed()
    sandbox.check.no_crash()
    with pytest.raises(LookupError, match="the sandbox runs no smpt, but: "):
        sandbox.check.no_password_in_clear("smpt")
    step: Any = "mailed"
    with pytest.raises(TypeError, match="a step is mailed"):
        sandbox.journal.in_order(step)
    assert [login["user"] for login in sandbox.smtp.logins] == ["ann"]
    assert [command.secure for command in sandbox.smtp.commands("EHLO")] == [False, True]


def test_a_failed_wait_shows_the_line_of_the_test(sandbox: Sandbox) -> None:
    send(sandbox, "bob@example.org")
    with pytest.raises(WaitTimeout, match=r"got     'bob@example\.org'") as failed:
        sandbox.mail.wait(to="carl@example.org", timeout=0.01)
    files = {str(entry.path) for entry in failed.traceback}
    assert not [file for file in files if "futures" in file or "background" in file]
    with pytest.raises(Unexpected, match="no mail was expected"):
        sandbox.mail.none(within=1)


def test_requests_and_calls(sandbox: Sandbox) -> None:
    page = urllib.request.Request(sandbox.http.url_for("/?page=2"), headers={"X-Test": "a"})
    urllib.request.urlopen(page).close()
    (request,) = sandbox.http.wait(method="GET", query={"page": "2"}, headers={"x-test": "a"})
    assert request.status == 200
    assert request.response is not None
    assert len(request.response.body) == int(request.response.headers["Content-Length"])
    for url in (sandbox.xmlrpc.url, sandbox.http.url):
        with xmlrpc.client.ServerProxy(f"{url}/RPC2") as proxy:
            assert proxy.add(2, 3) == 5
            with pytest.raises(xmlrpc.client.Fault):
                proxy.nonsense("x" * 2000)
    sandbox.xmlrpc.wait(method="add", count=2)
    calls = sandbox.xmlrpc.calls
    assert [(call.method, call.service) for call in calls] == [("add", "xmlrpc"), ("nonsense", "xmlrpc")] * 2
    assert [call.params for call in sandbox.xmlrpc.find(params=(2, 3), result=5)] == [(2, 3), (2, 3)]
    assert isinstance(calls[-1].result, xmlrpc.client.Fault)
    assert [request.method for request in sandbox.http.requests()] == ["GET", "POST", "POST"]
    sandbox.http.none(path="/nothing", within=0)
    sandbox.xmlrpc.none(method="sub", within=0)


def test_files_and_the_order_of_things(sandbox: Sandbox) -> None:
    ftp = sandbox.ftp.client("ann")
    ftp.storbinary("STOR report.txt", io.BytesIO(b"numbers"))
    ftp.quit()
    send(sandbox, "boss@example.org", "The report")
    (upload,) = sandbox.ftp.wait(path="report.txt", user="ann")
    assert sandbox.ftp.files[upload.path] == b"numbers"
    assert sandbox.ftp.uploads == [upload]
    assert [command.verb for command in sandbox.ftp.commands()][-2:] == ["STOR", "QUIT"]
    sandbox.journal.in_order(noted("login.accepted", user="ann"), stored("report.txt"), mailed(to="boss@*"))
    with pytest.raises(WaitTimeout, match="no request came at all"):
        sandbox.journal.in_order(stored(), requested(), called(), timeout=0.01)
    sandbox.ftp.none(path="other.txt", within=0)


def test_octets(sandbox: Sandbox) -> None:
    with sandbox.tcp.client("echo") as tcp:
        tcp.sendall(b"hello")
        assert tcp.recv(5) == b"hello"  # a connection that is closed with octets unread is reset
        (stream,) = sandbox.tcp.wait(listener="echo", data=b"hello")
        assert stream.open
    sandbox.check.all_closed("tcp")
    with sandbox.udp.client("echo") as udp:
        udp.send(b"one")
        udp.send(b"two")
        assert [each.data for each in sandbox.udp.wait(count=2, listener="echo")] == [b"one", b"two"]
    assert [each.received for each in sandbox.tcp.received()] == [b"hello"]
    assert [each.data for each in sandbox.tcp.received(data=b"ell")] == [b"hello"]
    assert len(sandbox.udp.received(data=b"two")) == 1
    sandbox.tcp.none(listener="reverse", within=0)
    sandbox.udp.none(data=b"three", within=0)


def test_facts_and_commands(sandbox: Sandbox) -> None:
    imap = sandbox.imap.client("ann", mailbox="INBOX")
    imap.append("INBOX", "", "", b"Subject: x\r\n\r\nLOGOUT\r\n")
    imap.logout()
    assert [command.verb for command in sandbox.imap.commands()][-2:] == ["APPEND", "LOGOUT"]
    (fact,) = sandbox.journal.wait("message.appended", mailbox="INBOX")
    assert fact["uid"] == 1
    assert [fact.name for fact in sandbox.journal.facts("login.*", service="imap")] == ["login.accepted"]
    sandbox.journal.none("mail.accepted", within=0)
    assert len(sandbox.journal.entries) > 10


def test_after_a_reset_nothing_is_left(sandbox: Sandbox) -> None:
    send(sandbox, "bob@example.org")
    urllib.request.urlopen(sandbox.http.url).close()
    assert sandbox.mail.messages
    assert sandbox.http.requests()
    sandbox.reset()
    assert sandbox.mail.messages == []
    assert sandbox.http.requests() == []
    assert sandbox.journal.facts("mail.*") == []


async def test_on_the_loop(tmp_path_factory: pytest.TempPathFactory) -> None:
    state = str(tmp_path_factory.getbasetemp() / "state")
    async with Sandbox(services=["smtp", "http", "tcp"], state_directory=state) as sandbox:

        def work() -> None:
            with sandbox.smtp.client() as client:
                client.sendmail("ann@example.org", "bob@example.org", "Subject: x\r\n\r\n")
            with sandbox.tcp.client("echo") as client:
                client.sendall(b"hello")
                client.recv(5)

        working = asyncio.to_thread(work)
        waiting = sandbox.mail.wait(to="bob@example.org"), sandbox.tcp.wait(data=b"hello")
        _, mails, streams = await asyncio.gather(working, *waiting)
        assert [mail.subject for mail in mails] == ["x"]
        assert len(streams) == 1
        await sandbox.check.all_closed()
        sandbox.check.logged_out()
        assert sandbox.mail.find(subject="y") == []
        await sandbox.mail.none(subject="y", within=0)
        with pytest.raises(WaitTimeout):
            await sandbox.http.wait(timeout=0.01)
