"""The lessons about poplib, each against the sandbox: the same calls in the same order."""

from __future__ import annotations

import email
import poplib
from email.message import EmailMessage

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from tests.conftest import Serve

LARGE = 32_000  # octets above which the lesson fetches only the header


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    """Anybody may log in and finds the sample mails, as in the configuration for the lessons."""
    return serve(
        hostname="pop.server.com",
        mail={"samples": True},
        accounts={"users": {"user": {"password": "secretword"}}},
        pop3={"apop": True},
    )


def connect(sandbox: BackgroundEngine) -> poplib.POP3:
    endpoint = sandbox.endpoint("pop3")
    return poplib.POP3("localhost", endpoint.port, timeout=5)


def test_list_and_first_message(sandbox: BackgroundEngine) -> None:
    """The raw tuples are printed, so their shape is the lesson."""
    client = connect(sandbox)
    client.user("your_username")
    client.pass_("your_password")

    response, entries, octets = client.list()
    assert response.startswith(b"+OK")
    assert entries[0].split()[0] == b"1"
    assert octets == sum(len(entry) + 2 for entry in entries)

    response, lines, octets = client.retr(1)
    assert response == b"+OK %d octets" % octets
    assert entries[0] == b"1 %d" % octets
    assert b"." in lines, "a line that is a single dot arrives as one"
    client.quit()


def test_headers_of_large_and_text_of_small_messages(sandbox: BackgroundEngine) -> None:
    """The dialogue has the wording that the lesson prints."""
    client = connect(sandbox)
    assert client.getwelcome().startswith(b"+OK POP3 pop.server.com server ready")
    assert client.user("user") == b"+OK User name accepted, password please"
    assert client.pass_("secretword") == b"+OK Mailbox open, 3 messages"
    response, entries, _ = client.list()
    assert response == b"+OK Mailbox scan listing follows"

    identifiers, kinds = set(), set()
    for entry in entries:
        number, size = map(int, entry.split())
        identifiers.add(client.uidl(number).split()[2])
        kinds.add(size > LARGE)
        _, lines, _ = client.top(number, 0) if size > LARGE else client.retr(number)
        message = email.message_from_bytes(b"\r\n".join(lines))
        assert all(message[field] for field in ("From", "To", "Subject"))
        if size > LARGE:
            assert message.get_payload() == "", "TOP with 0 lines ends after the header"
    assert len(identifiers) == len(entries)
    assert kinds == {True, False}, "the lesson needs a small and a large message"
    assert client.quit() == b"+OK Sayonara"


def test_listed_user_needs_the_password(sandbox: BackgroundEngine) -> None:
    """The error the lesson warns of, and the session that survives it."""
    client = connect(sandbox)
    client.user("user")
    with pytest.raises(poplib.error_proto) as caught:
        client.pass_("wrong")
    assert str(caught.value).startswith("b'-ERR [AUTH] ")
    client.user("user")
    client.pass_("secretword")
    client.quit()


def test_first_message_of_the_sample_output(sandbox: BackgroundEngine) -> None:
    """A mail of the size and with the fields that the lesson shows."""
    mail = EmailMessage()
    mail["From"] = "online@kaspersky.com"
    mail["To"] = "user@server.com"
    mail["Subject"] = "KL Online Activation"
    mail.set_content("\n".join("x" * 76 for _ in range(51)))
    content = mail.as_bytes().replace(b"\n", b"\r\n")
    content += b"y" * (4202 - len(content) - 2) + b"\r\n"

    def only_this(running: Engine) -> None:
        inbox = running.mail.home("user").inbox
        inbox.expunge(inbox.uids)
        inbox.append(running.mail.new_message(content))

    sandbox.call(only_this)
    client = connect(sandbox)
    client.user("user")
    client.pass_("secretword")
    assert client.list(1) == b"+OK 1 4202"
    lines = client.retr(1)[1]
    assert lines[:3] == [
        b"From: online@kaspersky.com",
        b"To: user@server.com",
        b"Subject: KL Online Activation",
    ]
    client.quit()


def test_table_of_methods(sandbox: BackgroundEngine) -> None:
    """What each method does, and that deletion waits for QUIT."""
    client = connect(sandbox)
    with pytest.raises(poplib.error_proto):
        client.rpop("user")
    client.apop("user", "secretword")
    count, octets = client.stat()
    assert octets == sum(int(entry.split()[1]) for entry in client.list()[1])
    assert client.list(1).split()[1] == b"1"
    assert client.uidl(1).split()[2:] == client.uidl()[1][0].split()[1:]
    assert len(client.top(1, 2)[1]) == len(client.top(1, 0)[1]) + 2
    client.dele(1)
    client.dele(2)
    assert client.stat()[0] == count - 2
    client.rset()
    assert client.stat() == (count, octets)
    client.noop()
    with pytest.raises(poplib.error_proto, match="No such message"):
        client.retr(count + 1)
    client.dele(1)
    client.quit()

    client = connect(sandbox)
    client.user("user")
    client.pass_("secretword")
    assert client.stat()[0] == count - 1
    client.quit()
