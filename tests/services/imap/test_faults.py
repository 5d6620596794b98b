"""What goes wrong on purpose with IMAP's commands."""

from __future__ import annotations

import imaplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve, raw_client, read_until

MAIL = b"Subject: Hello\r\n\r\nHello {10}\r\n!\r\n"


def with_mail(serve: Serve, *rules: dict[str, Any], count: int = 3) -> BackgroundEngine:
    sandbox = serve(faults=[*rules], imap={})
    for _ in range(count):
        sandbox.call(lambda world: world.mail.deliver(world.mail.new_message(MAIL), ["ann"]))
    return sandbox


@contextmanager
def logged_in(sandbox: BackgroundEngine) -> Iterator[imaplib.IMAP4]:
    endpoint = sandbox.endpoint("imap")
    imap = imaplib.IMAP4(endpoint.host, endpoint.port, timeout=5)
    try:
        imap.login("ann", "secret")
        yield imap
    finally:
        imap.shutdown()


def hits(sandbox: BackgroundEngine) -> list[tuple[object, object]]:
    return sandbox.call(
        lambda world: [
            (entry.event.details["event"], entry.event.details["argument"])
            for entry in world.journal
            if isinstance(entry.event, Fact) and entry.event.name == "fault.hit"
        ]
    )


def test_the_tag_is_put_before_a_reply(serve: Serve) -> None:
    reply = {"kind": "reply", "text": "* 9 EXISTS\nNO [INUSE] Busy"}
    sandbox = with_mail(serve, {"on": "imap.select", "argument": "INBOX", "effect": reply})
    with raw_client(sandbox, "imap") as client:
        client.sendall(b'a LOGIN ann "se cret"\r\nb SELECT "INBOX"\r\nc CHECK\r\n')
        said = read_until(client, b"c BAD CHECK has no place while no mailbox is selected\r\n")
        assert b"* 9 EXISTS\r\nb NO [INUSE] Busy\r\n" in said
    assert hits(sandbox) == [("select", "INBOX")]


@pytest.mark.parametrize(
    "login", [b'a LOGIN "ann" "secret"', b"a LOGIN {3+}\r\nann {6+}\r\nsecret", b"a LOGIN ann secret"]
)
def test_a_login_tells_the_user_only(serve: Serve, login: bytes) -> None:
    reply = {"kind": "reply", "text": "NO [UNAVAILABLE] Later"}
    sandbox = with_mail(serve, {"on": "imap.login", "effect": reply})
    with raw_client(sandbox, "imap") as client:
        client.sendall(login + b"\r\n")
        read_until(client, b"a NO [UNAVAILABLE] Later\r\n")
    assert hits(sandbox) == [("login", "ann")]


def test_forms_by_uid_are_events_of_their_own(serve: Serve) -> None:
    rule = {"on": "imap.uid fetch", "user": "ann", "effect": {"kind": "reply", "text": "BAD No"}}
    sandbox = with_mail(serve, rule)
    with logged_in(sandbox) as imap:
        imap.select()
        assert imap.fetch("1", "(UID)")[0] == "OK"
        with pytest.raises(imaplib.IMAP4.error, match="No"):
            imap.uid("FETCH", "1", "(FLAGS)")


def test_goodbye_in_the_middle(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "imap.noop", "effect": {"kind": "reply", "text": "* BYE Going down"}})
    with logged_in(sandbox) as imap, pytest.raises(imaplib.IMAP4.abort, match="Going down"):
        imap.noop()


def test_another_client_expunges(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "imap.noop", "effect": {"kind": "expunge", "messages": 2}})
    with logged_in(sandbox) as imap:
        imap.select()
        imap.noop()
        assert imap.response("EXPUNGE") == ("EXPUNGE", [b"1", b"1"])
        assert imap.search(None, "ALL") == ("OK", [b"1"])


def test_what_is_fetched_is_gone(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "imap.fetch", "effect": {"kind": "expunge"}})
    with logged_in(sandbox) as imap:
        imap.select()
        assert imap.fetch("1:3", "(UID)")[0] == "NO"


def test_a_new_uidvalidity(serve: Serve) -> None:
    rule = {"on": "imap.select", "after": 1, "times": 1, "effect": {"kind": "new-uidvalidity"}}
    sandbox = with_mail(serve, rule)
    told = []
    with logged_in(sandbox) as imap:
        for _ in range(3):
            imap.select("INBOX")
            told.append(imap.response("UIDVALIDITY")[1])
    assert told[0] != told[1] == told[2]


def test_a_mailbox_that_is_not_there_stays_so(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "imap.select", "effect": {"kind": "new-uidvalidity"}})
    with logged_in(sandbox) as imap:
        assert imap.select("Nowhere")[0] == "NO"


def test_the_size_of_a_literal_is_wrong(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "imap.fetch", "effect": {"kind": "miscount", "by": -4}})
    with raw_client(sandbox, "imap") as client:
        client.sendall(b"a LOGIN ann x\r\nb SELECT INBOX\r\nc FETCH 1 (UID BODY.PEEK[])\r\n")
        said = read_until(client, b"c OK FETCH completed\r\n")
        assert b"BODY[] {%d}\r\n%b)\r\n" % (len(MAIL) - 4, MAIL) in said


def test_a_literal_dribbles(serve: Serve) -> None:
    effect = {"kind": "slicer", "size": 20, "pause": 0.02}
    sandbox = with_mail(serve, {"on": "imap.fetch", "effect": effect})
    with logged_in(sandbox) as imap:
        imap.select()
        start = time.monotonic()
        assert imap.fetch("1:3", "(RFC822)")[0] == "OK"
        assert time.monotonic() - start > 0.1


def test_a_big_message_is_refused(serve: Serve) -> None:
    reply = {"kind": "reply", "text": "NO [OVERQUOTA] Full"}
    sandbox = with_mail(serve, {"on": "imap.append", "larger": 100, "effect": reply})
    with logged_in(sandbox) as imap:
        assert imap.append("INBOX", "", "", MAIL)[0] == "OK"
        assert imap.append("INBOX", "", "", MAIL * 10) == ("NO", [b"[OVERQUOTA] Full"])
        assert imap.select() == ("OK", [b"4"])


def test_nothing_is_done_after_a_disconnection(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "imap.noop", "effect": {"kind": "reset"}})
    with raw_client(sandbox, "imap") as client:
        client.sendall(b"a LOGIN ann x\r\nb NOOP\r\nc CREATE Later\r\n")
        with pytest.raises(ConnectionResetError):
            read_until(client, b"never")
    assert sandbox.call(lambda world: world.mail.home("ann").get("Later")) is None
