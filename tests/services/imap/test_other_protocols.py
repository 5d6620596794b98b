"""One store behind all protocols: what SMTP delivers and POP3 deletes, an IMAP session is told of."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    return serve(smtp={}, pop3={}, imap={})


@pytest.fixture
def session(sandbox: BackgroundEngine) -> Iterator[imaplib.IMAP4]:
    """One mail in the selected INBOX."""
    send(sandbox, "one")
    with imaplib.IMAP4("localhost", sandbox.endpoint("imap").port, timeout=5) as client:
        client.login("ann", "secret")
        assert client.select() == ("OK", [b"1"])
        yield client


def send(sandbox: BackgroundEngine, subject: str) -> None:
    with smtplib.SMTP("localhost", sandbox.endpoint("smtp").port, timeout=5) as client:
        client.sendmail("bob@example.org", ["ann@example.org"], f"Subject: {subject}\r\n\r\nHello\r\n")


def delete_first(sandbox: BackgroundEngine) -> None:
    client = poplib.POP3("localhost", sandbox.endpoint("pop3").port, timeout=5)
    client.user("ann")
    client.pass_("secret")
    client.dele(1)
    client.quit()


def test_mail_that_smtp_delivers_is_found_by_the_next_search(
    sandbox: BackgroundEngine, session: imaplib.IMAP4
) -> None:
    send(sandbox, "two")
    assert session.search(None, "UNSEEN") == ("OK", [b"1 2"])
    assert session.response("EXISTS")[1][-1] == b"2"
    assert b"\r\nSubject: two\r\n" in b"\r\n" + session.fetch("2", "(BODY[HEADER])")[1][0][1]


def test_mail_that_pop3_deletes_is_gone_after_the_next_command(
    sandbox: BackgroundEngine, session: imaplib.IMAP4
) -> None:
    delete_first(sandbox)
    assert session.noop()[0] == "OK"
    assert session.response("EXPUNGE") == ("EXPUNGE", [b"1"])
    assert session.search(None, "ALL") == ("OK", [b""])


def test_both_are_pushed_to_an_idling_session(sandbox: BackgroundEngine, session: imaplib.IMAP4) -> None:
    session.send(b"i1 IDLE\r\n")
    assert session.readline() == b"+ idling\r\n"
    send(sandbox, "two")
    assert session.readline() == b"* 2 EXISTS\r\n"
    assert session.readline() == b"* 2 RECENT\r\n"
    delete_first(sandbox)
    assert session.readline() == b"* 1 EXPUNGE\r\n"
    session.send(b"DONE\r\n")
    assert session.readline() == b"i1 OK IDLE completed\r\n"


def test_uidl_of_pop3_is_made_of_the_uid(sandbox: BackgroundEngine, session: imaplib.IMAP4) -> None:
    [validity] = session.response("UIDVALIDITY")[1]
    client = poplib.POP3("localhost", sandbox.endpoint("pop3").port, timeout=5)
    client.user("ann")
    client.pass_("secret")
    assert client.uidl(1) == b"+OK 1 %b.1" % validity
    client.quit()


def test_octets_sent_by_smtp_come_out_unchanged(sandbox: BackgroundEngine, session: imaplib.IMAP4) -> None:
    content = b"Subject: x\r\n\r\n.dot\r\n\xff\xfe\r\n\r\n"
    with smtplib.SMTP("localhost", sandbox.endpoint("smtp").port, timeout=5) as client:
        client.sendmail("bob@example.org", ["ann@example.org"], content)
    _, [(_, fetched), _] = session.fetch("*", "(BODY.PEEK[])")
    assert fetched.endswith(content)
