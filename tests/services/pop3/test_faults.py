"""What goes wrong on purpose with POP3's commands."""

from __future__ import annotations

import poplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve, raw_client, read_until

MAIL = b"Subject: Hello\r\n\r\nHello!\r\n"


def with_mail(serve: Serve, *rules: dict[str, Any]) -> BackgroundEngine:
    sandbox = serve(faults=[*rules], pop3={})
    sandbox.call(lambda world: world.mail.deliver(world.mail.new_message(MAIL), ["ann"]))
    return sandbox


@contextmanager
def logged_in(sandbox: BackgroundEngine) -> Iterator[poplib.POP3]:
    endpoint = sandbox.endpoint("pop3")
    pop3 = poplib.POP3(endpoint.host, endpoint.port, timeout=5)
    try:
        pop3.user("ann")
        pop3.pass_("secret")
        yield pop3
    finally:
        pop3.close()


def test_the_maildrop_is_in_use_once(serve: Serve) -> None:
    rule = {"on": "pop3.pass", "argument": "ann", "times": 1}
    sandbox = with_mail(serve, rule | {"effect": {"kind": "reply", "text": "-ERR [IN-USE] Locked"}})
    with pytest.raises(poplib.error_proto, match="IN-USE"), logged_in(sandbox):
        pass
    with logged_in(sandbox) as pop3:
        assert pop3.stat() == (1, len(MAIL))
    facts = sandbox.call(lambda world: [each.event for each in world.journal])
    assert "secret" not in str([fact for fact in facts if isinstance(fact, Fact)])


def test_sizes_are_wrong(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "pop3.*", "effect": {"kind": "miscount", "by": 7}})
    with logged_in(sandbox) as pop3:
        assert pop3.stat() == (1, len(MAIL) + 7)
        assert pop3.list() == (b"+OK Mailbox scan listing follows", [b"1 %d" % (len(MAIL) + 7)], 6)
        assert pop3.list(1) == b"+OK 1 %d" % (len(MAIL) + 7)
        response, lines, _ = pop3.retr(1)
        assert response == b"+OK %d octets" % (len(MAIL) + 7)
        assert lines == [b"Subject: Hello", b"", b"Hello!"]
        assert pop3.uidl(1).startswith(b"+OK 1 ")


def test_a_message_is_cut_off(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "pop3.retr", "effect": {"kind": "limit", "octets": 30}})
    with logged_in(sandbox) as pop3, pytest.raises(poplib.error_proto, match="EOF"):
        pop3.retr(1)


def test_a_user_of_many(serve: Serve) -> None:
    rule = {"on": "pop3.stat", "user": "bob", "effect": {"kind": "reply", "text": "-ERR Not you"}}
    sandbox = with_mail(serve, rule)
    with logged_in(sandbox) as pop3:
        assert pop3.stat() == (1, len(MAIL))


def test_nothing_is_deleted_by_what_follows_a_disconnection(serve: Serve) -> None:
    sandbox = with_mail(serve, {"on": "pop3.noop", "effect": {"kind": "disconnect"}})
    with raw_client(sandbox, "pop3") as client:
        client.sendall(b"USER ann\r\nPASS x\r\nDELE 1\r\nNOOP\r\nQUIT\r\n")
        assert b"Sayonara" not in read_until(client, b"never")
    with logged_in(sandbox) as pop3:
        assert pop3.stat()[0] == 1


def test_a_reply_that_closes(serve: Serve) -> None:
    effect = {"kind": "reply", "text": "-ERR [SYS/TEMP] Going down", "close": True}
    sandbox = with_mail(serve, {"on": "pop3.stls", "effect": effect})
    with raw_client(sandbox, "pop3") as client:
        client.sendall(b"STLS\r\nCAPA\r\n")
        assert read_until(client, b"never").endswith(b"-ERR [SYS/TEMP] Going down\r\n")
