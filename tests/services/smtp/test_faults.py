"""What goes wrong on purpose: rules for each command, the message, and recipients with a magic name."""

from __future__ import annotations

import email
import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from sandbox.services.smtp.magic import effect_of
from tests.conftest import Serve, raw_client, read_until

SENDER = "ann@example.org"
MAIL = "Subject: Hello\r\n\r\nHello!\r\n"


def reply(text: str, on: str = "smtp.rcpt", **rule: Any) -> dict[str, Any]:
    return {"on": on, "effect": {"kind": "reply", "text": text}, **rule}


@contextmanager
def connected(sandbox: BackgroundEngine) -> Iterator[smtplib.SMTP]:
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port, timeout=5) as smtp:
        yield smtp


def send(sandbox: BackgroundEngine, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with connected(sandbox) as smtp:
        return smtp.sendmail(SENDER, recipients or ("bob@example.org",), MAIL)


def arrived(sandbox: BackgroundEngine, user: str) -> list[bytes]:
    return sandbox.call(lambda world: [each.content for each in world.mail.home(user).inbox])


def hits(sandbox: BackgroundEngine) -> list[dict[str, object]]:
    return sandbox.call(
        lambda world: [
            dict(entry.event.details)
            for entry in world.journal
            if isinstance(entry.event, Fact) and entry.event.name == "fault.hit"
        ]
    )


def test_one_recipient_of_two_is_refused(serve: Serve) -> None:
    sandbox = serve(faults=[reply("450 4.2.0 Busy", argument="*@slow.example", name="slow")], smtp={})
    assert send(sandbox, "bob@example.org", "bea@slow.example") == {"bea@slow.example": (450, b"4.2.0 Busy")}
    assert len(arrived(sandbox, "bob")) == 1
    assert arrived(sandbox, "bea") == []
    assert hits(sandbox) == [
        {"rule": "slow", "effect": "reply", "event": "rcpt", "argument": "bea@slow.example"}
    ]


@pytest.mark.parametrize("event", ["mail", "rcpt", "data", "message"])
def test_the_next_mail_is_taken_after_a_refusal(serve: Serve, event: str) -> None:
    sandbox = serve(faults=[reply("451 4.3.0 Not now", on=f"smtp.{event}", times=1)], smtp={})
    with connected(sandbox) as smtp:
        with pytest.raises(smtplib.SMTPException, match="Not now"):
            smtp.sendmail(SENDER, ["bob@example.org"], MAIL)
        smtp.sendmail(SENDER, ["bob@example.org"], MAIL)
    assert len(arrived(sandbox, "bob")) == 1


def test_the_octets_of_a_chunk_that_is_refused_are_no_commands(serve: Serve) -> None:
    sandbox = serve(faults=[reply("451 4.3.0 Not now", on="smtp.bdat")], smtp={})
    with raw_client(sandbox, "smtp") as client:
        client.sendall(
            b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\nQUIT\r\n"
        )
        said = read_until(client, b"connection\r\n").split(b"\r\n")
    assert [line[:3] for line in said] == [b"220", b"250", b"250", b"451", b"250", b"221", b""]


def test_a_reply_of_several_lines(serve: Serve) -> None:
    sandbox = serve(faults=[reply("550 5.7.1 No\nand again no", on="smtp.mail")], smtp={})
    with raw_client(sandbox, "smtp") as client:
        read_until(client, b"\r\n")
        client.sendall(b"MAIL FROM:<a@b.example>\r\n")
        assert read_until(client, b"again no\r\n") == b"550-5.7.1 No\r\n550 and again no\r\n"


def test_421_closes(serve: Serve) -> None:
    sandbox = serve(faults=[reply("421 4.3.2 Going down", on="smtp.rcpt")], smtp={})
    with raw_client(sandbox, "smtp") as client:
        client.sendall(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nNOOP\r\n")
        assert read_until(client, b"never").endswith(b"421 4.3.2 Going down\r\n")


def test_nothing_is_done_after_a_disconnection_that_is_held_up(serve: Serve) -> None:
    rules = [
        {"on": "smtp", "effect": {"kind": "latency", "seconds": 0.1}},
        {"on": "smtp.noop", "effect": {"kind": "disconnect"}},
    ]
    sandbox = serve(faults=rules, smtp={})
    with raw_client(sandbox, "smtp") as client:
        client.sendall(
            b"NOOP\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<bob@d.example>\r\nDATA\r\nHello\r\n.\r\n"
        )
        assert read_until(client, b"never").count(b"\r\n") == 1
    assert arrived(sandbox, "bob") == []


def test_a_quota(serve: Serve) -> None:
    sandbox = serve(faults=[reply("452 4.2.2 Mailbox full", larger=10)], smtp={})
    assert send(sandbox) == {}
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="full"):
        send(sandbox)
    assert send(sandbox, "bea@example.org") == {}


@pytest.mark.parametrize("on", ["smtp.mail", "smtp.message"])
def test_a_message_that_is_too_big(serve: Serve, on: str) -> None:
    sandbox = serve(faults=[reply("552 5.3.4 Too big", on=on, larger=100)], smtp={})
    send(sandbox)
    with connected(sandbox) as smtp, pytest.raises(smtplib.SMTPResponseException, match="Too big"):
        smtp.sendmail(SENDER, ["bob@example.org"], MAIL + "Hello!\r\n" * 100)
    assert len(arrived(sandbox, "bob")) == 1


def test_greylisting(serve: Serve) -> None:
    sandbox = serve(faults=[reply("451 4.7.1 Greylisted", greylist=0.0)], smtp={})
    for recipient in ("bob@example.org", "bea@example.org"):
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="Greylisted"):
            send(sandbox, recipient)
        assert send(sandbox, recipient) == {}
        assert send(sandbox, recipient) == {}


def test_the_user_is_known(serve: Serve) -> None:
    sandbox = serve(faults=[reply("550 5.7.1 Not you", user="ann")], smtp={})
    assert send(sandbox) == {}
    with connected(sandbox) as smtp:
        smtp.login("ann", "secret")
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="Not you"):
            smtp.sendmail(SENDER, ["bob@example.org"], MAIL)


def test_no_password_gets_on_the_timeline_as_a_fact(serve: Serve) -> None:
    sandbox = serve(faults=[reply("454 4.7.0 Later", on="smtp.auth")], smtp={})
    with raw_client(sandbox, "smtp") as client:
        client.sendall(b"EHLO me\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\nQUIT\r\n")
        read_until(client, b"never")
    assert [hit["argument"] for hit in hits(sandbox)] == ["PLAIN"]


def test_starttls_while_answers_are_late(serve: Serve) -> None:
    rule = {
        "on": "smtp",
        "effect": {"kind": "latency", "seconds": 0.05, "direction": "both"},
    }
    sandbox = serve(faults=[rule], smtp={})
    context = sandbox.call(lambda world: world.authority.client_context())
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP("localhost", endpoint.port, timeout=5) as smtp:
        smtp.starttls(context=context)
        assert smtp.sendmail(SENDER, ["bob@example.org"], MAIL) == {}


# Magic recipients.


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("451@any.where", 451),
        ("550@example.org", 550),
        ("599@a.b", 0),
        ("full@example.com", 452),
        ("451x@a.b", 0),
    ],
)
def test_codes(serve: Serve, recipient: str, code: int) -> None:
    sandbox = serve(smtp={})
    refused = send(sandbox, "bob@example.org", recipient)
    assert (refused[recipient][0] if recipient in refused else 0) == code


@pytest.mark.parametrize(
    "recipient",
    ["bounce@company.com", "drop@company.com", "full@company.com", "greylist", "delay@example.org"],
)
def test_ordinary_addresses_are_not_hit(serve: Serve, recipient: str) -> None:
    sandbox = serve(smtp={})
    assert send(sandbox, recipient) == {}
    assert len(arrived(sandbox, recipient)) == 1
    assert arrived(sandbox, "ann") == []


@pytest.mark.parametrize("recipient", ["451@example.org", "bounce@example.org"])
def test_listed_accounts_are_not_hit(serve: Serve, recipient: str) -> None:
    users = {recipient: {"password": "secret"}}
    sandbox = serve(accounts={"users": users}, smtp={})
    assert send(sandbox, recipient) == {}
    assert len(arrived(sandbox, recipient)) == 1


def test_without_magic(serve: Serve) -> None:
    sandbox = serve(smtp={"magic": False})
    assert send(sandbox, "451@example.org", "bounce@example.org") == {}
    assert arrived(sandbox, "ann") == []


def test_a_late_answer(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with connected(sandbox) as smtp:
        smtp.ehlo()
        smtp.mail(SENDER)
        start = time.monotonic()
        assert smtp.rcpt("delay0.3@example.org")[0] == 250
        assert time.monotonic() - start >= 0.3
        start = time.monotonic()
        for _ in range(20):
            smtp.noop()
        assert time.monotonic() - start < 20 * 0.3  # only the one answer was late


def test_a_bounce(serve: Serve) -> None:
    sandbox = serve(smtp={})
    assert send(sandbox, "bounce@example.org", "bob@example.org") == {}
    assert len(arrived(sandbox, "bob")) == 1
    assert arrived(sandbox, "bounce") == []
    (content,) = arrived(sandbox, "ann")
    report = email.message_from_bytes(content)
    assert report.get_content_type() == "multipart/report"
    _, status, header = report.get_payload()
    assert [part["Action"] for part in status.get_payload()] == [None, "failed"]
    assert status.get_payload()[1]["Final-Recipient"] == "rfc822; bounce@example.org"
    assert "Subject: Hello" in header.get_payload()


def test_nobody_is_told_of_mail_without_a_sender(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with connected(sandbox) as smtp:
        smtp.sendmail("", ["bounce@example.org"], MAIL)
    assert sandbox.call(lambda world: len(world.mail.messages)) == 1


def test_magic_greylisting(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="Greylisted"):
        send(sandbox, "greylist@example.org")
    assert send(sandbox, "greylist@example.org") == {}


def test_magic_disconnection(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox, "disconnect@example.org")
    assert [hit["rule"] for hit in hits(sandbox)] == ["magic address"]


@pytest.mark.parametrize(
    "address", ["45\u0663@example.org", "delay\u0663@example.org", "delayed@example.org", "4510@example.org"]
)
def test_who_only_looks_like_magic(address: str) -> None:
    assert effect_of(address) is None


def test_a_half_closed_client_hears_nothing_more(serve: Serve) -> None:
    sandbox = serve(faults=[{"on": "smtp.noop", "effect": {"kind": "half-close"}}], smtp={})
    with raw_client(sandbox, "smtp") as client:
        client.sendall(b"NOOP\r\nNOOP\r\nQUIT\r\n")
        assert read_until(client, b"never").count(b"\r\n") == 1
        client.shutdown(socket.SHUT_WR)
