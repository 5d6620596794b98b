"""The lesson about imaplib against the sandbox: the same calls in the same order."""

from __future__ import annotations

import email
import imaplib
from email import policy

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    """Anybody may log in and finds the sample mails, as in the configuration for the lessons."""
    return serve(mail={"samples": True}, imap={})


def test_first_message_of_the_inbox(sandbox: BackgroundEngine) -> None:
    """A login without TLS, INBOX in small letters, a search without a charset."""
    client = imaplib.IMAP4("localhost", sandbox.endpoint("imap").port)
    client.login("your_username", "your_password")

    status, [count] = client.select("inbox")
    assert (status, count) == ("OK", b"3")

    status, [numbers] = client.search(None, "ALL")
    assert status == "OK"
    first = numbers.split()[0]

    status, [(head, content), _] = client.fetch(first, "(RFC822)")
    assert status == "OK"
    assert head == b"1 (RFC822 {%d}" % len(content)
    message = email.message_from_bytes(content, policy=policy.default)
    assert message["Subject"] == "Welcome to the sandbox"
    assert message["To"] == "your_username@sandbox.test"

    assert client.close()[0] == "OK"
    assert client.logout()[0] == "BYE"
