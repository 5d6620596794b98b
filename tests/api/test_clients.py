"""Clients that are connected and logged in, for every service and each way of TLS."""

from __future__ import annotations

import ftplib
import http.client
import imaplib
import io
import poplib
import smtplib
import ssl
from collections.abc import Iterator

import pytest

from sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(state_directory=str(tmp_path_factory.getbasetemp() / "state")) as sandbox:
        yield sandbox


WAYS = [("main", False), ("main", True)]


@pytest.mark.parametrize(("listener", "starttls"), [*WAYS, ("smtps", False)])
def test_smtp(sandbox: Sandbox, listener: str, starttls: bool) -> None:
    client = sandbox.smtp.client("ann", listener=listener, starttls=starttls)
    assert isinstance(client, smtplib.SMTP_SSL) == (listener == "smtps")
    assert isinstance(client.sock, ssl.SSLSocket) == (starttls or listener == "smtps")
    client.sendmail("ann@example.org", f"{listener}{starttls}@example.org", "Subject: x\r\n\r\n")
    user = sandbox.call(lambda engine: engine.mail.messages[-1].envelope)
    assert user is not None
    assert user.user == "ann"


@pytest.mark.parametrize(("listener", "starttls"), [*WAYS, ("pop3s", False)])
def test_pop3(sandbox: Sandbox, listener: str, starttls: bool) -> None:
    client = sandbox.pop3.client(f"pop {listener}{starttls}", listener=listener, starttls=starttls)
    assert client.stat() == (0, 0)
    assert isinstance(client, poplib.POP3_SSL) == (listener == "pop3s")


@pytest.mark.parametrize(("listener", "starttls"), [*WAYS, ("imaps", False)])
def test_imap(sandbox: Sandbox, listener: str, starttls: bool) -> None:
    client = sandbox.imap.client(listener=listener, starttls=starttls)
    assert client.state == "SELECTED"
    assert isinstance(client.socket(), ssl.SSLSocket) == (starttls or listener == "imaps")
    assert isinstance(client, imaplib.IMAP4_SSL) == (listener == "imaps")


@pytest.mark.parametrize(("listener", "tls"), [*WAYS, ("ftps", False)])
def test_ftp(sandbox: Sandbox, listener: str, tls: bool) -> None:
    client = sandbox.ftp.client("ann", listener=listener, tls=tls)
    client.storbinary(f"STOR {listener}{tls}", io.BytesIO(b"content"))
    assert client.size(f"{listener}{tls}") == 7
    assert isinstance(client, ftplib.FTP_TLS) == (tls or listener == "ftps")


@pytest.mark.parametrize("listener", ["main", "https"])
def test_http(sandbox: Sandbox, listener: str) -> None:
    client = sandbox.http.client(listener=listener)
    client.request("GET", "/status/204")
    assert client.getresponse().status == 204
    assert isinstance(client, http.client.HTTPSConnection) == (listener == "https")
    with sandbox.http.opener().open(sandbox.http.url_for("/get", listener=listener)) as response:
        assert response.status == 200


def test_xmlrpc_tcp_and_udp(sandbox: Sandbox) -> None:
    assert sandbox.xmlrpc.client().add(2, 3) == 5
    for client in (sandbox.tcp.client("echo"), sandbox.udp.client("echo")):
        client.send(b"ping")
        assert client.recv(10) == b"ping"


def test_names_that_are_not_there(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="smtp has no listener 'no', but: main, submission, smtps"):
        sandbox.smtp.client(listener="no")
    with pytest.raises(LookupError, match="tcp has no listener 'no', but: "):
        sandbox.tcp.expect(listener="no")
    with pytest.raises(AttributeError, match="runs no gopher, but: smtp, "):
        sandbox.service("gopher")
    assert sandbox.service("smtp").port == sandbox.smtp.port
    with Sandbox(services=["smtp"]) as other:
        assert not hasattr(other, "imap")
        assert other.smtp.url == f"smtp://127.0.0.1:{other.smtp.port}"
        assert other.smtp.listener("smtps").url.startswith("smtps://")


def test_what_a_test_forgot_is_closed_at_the_end() -> None:
    with Sandbox(services=["smtp", "tcp"]) as sandbox:
        smtp, tcp = sandbox.smtp.client(), sandbox.tcp.client("echo")
        closed = sandbox.tcp.client("echo")
        closed.close()
    assert smtp.sock is None
    assert tcp.fileno() == -1


def test_listed_accounts_log_in_with_their_own_passwords() -> None:
    users = {"ann@example.org": {"password": "one"}, "bob": {"password": "two"}}
    with Sandbox(accounts={"mode": "listed", "users": users}, services=["pop3", "imap"]) as sandbox:
        sandbox.pop3.client().quit()
        assert sandbox.imap.client("bob").state == "SELECTED"
        with pytest.raises(imaplib.IMAP4.error):
            sandbox.imap.client("bob", "wrong")
        facts = sandbox.call(lambda engine: [repr(e.event) for e in engine.journal if "login.acc" in repr(e)])
    assert "ann@example.org" in facts[0]
