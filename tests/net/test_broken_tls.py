"""TLS that is announced and broken, as the clients of four protocols see it."""

from __future__ import annotations

import ftplib
import imaplib
import poplib
import smtplib
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.journal import Closed
from tests.conftest import Serve, raw_client, read_until


def smtp(port: int) -> Any:
    client = smtplib.SMTP("localhost", port, timeout=5)
    return client, client.starttls


def pop3(port: int) -> Any:
    client = poplib.POP3("localhost", port, timeout=5)
    return client, client.stls


def imap(port: int) -> Any:
    client = imaplib.IMAP4("localhost", port, timeout=5)
    return client, client.starttls


def ftp(port: int) -> Any:
    client = ftplib.FTP_TLS(timeout=5)
    client.connect("localhost", port)
    return client, client.auth


@pytest.mark.parametrize(
    ("event", "connect"),
    [("smtp.starttls", smtp), ("pop3.stls", pop3), ("imap.starttls", imap), ("ftp.auth", ftp)],
)
def test_a_handshake_fails(serve: Serve, event: str, connect: Callable[[int], Any]) -> None:
    service = event.partition(".")[0]
    sandbox = serve(faults=[{"on": event, "effect": {"kind": "broken-tls"}}], **{service: {}})
    client, start_tls = connect(sandbox.endpoint(service).port)
    sock = client.sock
    try:
        with pytest.raises(ssl.SSLError):
            start_tls()
    finally:
        if client.file is not None:
            client.file.close()
        sock.close()
    closed = sandbox.wait_for(lambda entry: isinstance(entry.event, Closed)).event
    assert isinstance(closed, Closed)
    assert closed.reason == "server"


def test_the_client_may_leave_instead(serve: Serve) -> None:
    sandbox = serve(faults=[{"on": "smtp.starttls", "effect": {"kind": "broken-tls"}}], smtp={})
    with raw_client(sandbox, "smtp") as client:
        client.sendall(b"STARTTLS\r\n")
        read_until(client, b"start TLS\r\n")
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))
