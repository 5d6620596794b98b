"""The POP3 service as poplib sees it."""

from __future__ import annotations

import poplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.journal import Closed, Fact
from tests.conftest import Serve, raw_client, read_until

ACCOUNTS = {"mode": "listed", "users": {"ann": {"password": "secret"}, "bob": {"password": "geheim"}}}
FIRST = b"From: bob@x.test\r\nSubject: one\r\n\r\nHello\r\n.\r\n.dotted\r\n"
SECOND = b"Subject: two\r\n\r\n" + b"0123456789\r\n" * 100


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    """POP3 on a plain, an upgradable and an encrypted listener, with two messages for ann."""
    sandbox = serve(
        pop3={"tls": "starttls", "listeners": {"pop3s": {"tls": "implicit"}, "plain": {}}}, accounts=ACCOUNTS
    )
    sandbox.call(lambda running: deliver(running, FIRST, SECOND))
    return sandbox


def deliver(sandbox: Engine, *contents: bytes) -> None:
    for content in contents:
        sandbox.mail.deliver(sandbox.mail.new_message(content), ["ann"])


@contextmanager
def connected(sandbox: BackgroundEngine, *, login: bool = True) -> Iterator[poplib.POP3]:
    endpoint = sandbox.endpoint("pop3")
    client = poplib.POP3(endpoint.host, endpoint.port, timeout=5)
    try:
        if login:
            client.user("ann")
            client.pass_("secret")
        yield client
    finally:
        client.close()


def facts(sandbox: BackgroundEngine, name: str) -> list[dict[str, object]]:
    events = sandbox.call(lambda running: [entry.event for entry in running.journal])
    return [dict(event.details) for event in events if isinstance(event, Fact) and event.name == name]


def inbox_uids(sandbox: BackgroundEngine) -> tuple[int, ...]:
    return sandbox.call(lambda running: running.mail.home("ann").inbox.uids)


def test_every_method_of_poplib(sandbox: BackgroundEngine) -> None:
    with connected(sandbox, login=False) as client:
        assert client.getwelcome().startswith(b"+OK POP3 sandbox.test server ready <")
        assert client.capa()["SASL"] == ["CRAM-MD5", "PLAIN", "LOGIN"]
        assert client.utf8() == b"+OK UTF8 enabled"
        with pytest.raises(poplib.error_proto, match="RPOP"):
            client.rpop("ann")
        assert client.user("ann") == b"+OK User name accepted, password please"
        assert client.pass_("secret") == b"+OK Mailbox open, 2 messages"
        assert client.stat() == (2, len(FIRST) + len(SECOND))
        assert client.list() == (b"+OK Mailbox scan listing follows", [b"1 53", b"2 1216"], 14)
        assert client.list(1) == b"+OK 1 53"
        response, identifiers, _ = client.uidl()
        assert response == b"+OK Unique-ID listing follows"
        assert client.uidl(2) == b"+OK " + identifiers[1]
        assert client.retr(1) == (b"+OK 53 octets", FIRST.removesuffix(b"\r\n").split(b"\r\n"), 53)
        assert client.top(1, 0)[1] == [b"From: bob@x.test", b"Subject: one", b""]
        assert client.top(2, 3)[1] == [b"Subject: two", b"", *[b"0123456789"] * 3]
        assert client.dele(1) == b"+OK Message 1 deleted"
        assert client.stat() == (1, len(SECOND))
        assert client.rset() == b"+OK Reset state"
        assert client.noop() == b"+OK No-op to you too!"
        with pytest.raises(poplib.error_proto, match="No such message"):
            client.retr(3)
        client.dele(2)
        assert client.quit() == b"+OK Sayonara"
    assert inbox_uids(sandbox) == (1,)
    assert facts(sandbox, "login.accepted") == [{"user": "ann", "mechanism": "USER"}]
    assert facts(sandbox, "message.retrieved") == [{"number": 1, "uid": 1, "size": 53}]
    assert facts(sandbox, "message.deleted") == [{"number": 2, "uid": 2, "size": len(SECOND)}]


def test_apop(sandbox: BackgroundEngine) -> None:
    with connected(sandbox, login=False) as client, connected(sandbox, login=False) as other:
        assert client.getwelcome() != other.getwelcome()
        with pytest.raises(poplib.error_proto, match=r"\[AUTH\] Bad login"):
            client.apop("ann", "wrong")
        assert client.apop("ann", "secret") == b"+OK Mailbox open, 2 messages"


def test_upgrade_to_tls(sandbox: BackgroundEngine) -> None:
    context = sandbox.call(lambda running: running.authority.client_context())
    with connected(sandbox, login=False) as client:
        assert "STLS" in client.capa()
        assert client.stls(context) == b"+OK Begin TLS negotiation now"
        assert "STLS" not in client.capa()
        client.user("ann")
        client.pass_("secret")
        assert client.retr(1)[2] == len(FIRST)
        assert client.quit() == b"+OK Sayonara"


def test_implicit_tls(sandbox: BackgroundEngine) -> None:
    context = sandbox.call(lambda running: running.authority.client_context())
    endpoint = sandbox.endpoint("pop3", "pop3s")
    client = poplib.POP3_SSL("localhost", endpoint.port, context=context, timeout=5)
    assert "STLS" not in client.capa()
    client.user("ann")
    client.pass_("secret")
    assert client.stat()[0] == 2
    client.quit()


def test_certificate_is_not_trusted_without_our_authority(sandbox: BackgroundEngine) -> None:
    endpoint = sandbox.endpoint("pop3", "pop3s")
    with pytest.raises(ssl.SSLCertVerificationError):
        poplib.POP3_SSL("localhost", endpoint.port, context=ssl.create_default_context(), timeout=5)
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))


def test_plain_listener_offers_no_tls(sandbox: BackgroundEngine) -> None:
    endpoint = sandbox.endpoint("pop3", "plain")
    client = poplib.POP3(endpoint.host, endpoint.port, timeout=5)
    assert "STLS" not in client.capa()
    with pytest.raises(poplib.error_proto, match="STLS is not offered"):
        client._shortcmd("STLS")  # type: ignore[attr-defined]
    client.quit()


def test_wrong_password_leaves_the_session_open(sandbox: BackgroundEngine) -> None:
    with connected(sandbox, login=False) as client:
        client.user("ann")
        with pytest.raises(poplib.error_proto, match=r"-ERR \[AUTH\] Bad login"):
            client.pass_("geheim")
        client.user("ann")
        assert client.pass_("secret") == b"+OK Mailbox open, 2 messages"
    assert facts(sandbox, "login.refused") == [{"user": "ann", "mechanism": "USER", "reason": "credentials"}]


def test_anybody_may_log_in_by_default(serve: Serve) -> None:
    sandbox = serve(pop3={}, mail={"samples": True})
    with connected(sandbox) as client:
        count, _ = client.stat()
        assert count >= 3
        sizes = [int(line.split()[1]) for line in client.list()[1]]
        assert max(sizes) > 32_000
        for number, size in enumerate(sizes, start=1):
            _, lines, octets = client.retr(number)
            assert octets == size == sum(len(line) + 2 for line in lines)
            assert any(line.startswith(b"Subject: ") for line in lines)


def test_snapshot_and_lock(sandbox: BackgroundEngine) -> None:
    with connected(sandbox) as client:
        sandbox.call(lambda running: deliver(running, b"Subject: three\r\n\r\n"))
        assert client.stat()[0] == 2
        with pytest.raises(poplib.error_proto, match=r"\[IN-USE\]"), connected(sandbox):
            pass
        client.dele(1)
        client.quit()
        with connected(sandbox) as later:
            assert later.stat()[0] == 2
            assert [line.split(b".")[1] for line in later.uidl()[1]] == [b"2", b"3"]
            later.dele(1)
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed) and entry.event.connection == 3)
    assert inbox_uids(sandbox) == (2, 3), "without QUIT nothing is deleted"
    with connected(sandbox) as again:
        assert again.stat()[0] == 2


def test_message_that_imap_expunged_meanwhile(sandbox: BackgroundEngine) -> None:
    with connected(sandbox) as client:
        sandbox.call(lambda running: running.mail.home("ann").inbox.expunge([1]))
        assert client.retr(1)[2] == len(FIRST)
        client.dele(1)
        client.dele(2)
        assert client.quit() == b"+OK Sayonara"
    assert inbox_uids(sandbox) == ()


def test_large_message(sandbox: BackgroundEngine) -> None:
    content = b"Subject: large\r\n\r\n" + (b"." + b"x" * 77 + b"\r\n") * 262_144
    sandbox.call(lambda running: deliver(running, content))
    with connected(sandbox) as client:
        assert client.list(3) == b"+OK 3 %d" % len(content)
        client._putcmd("RETR 3")  # type: ignore[attr-defined]
        reader = client.file  # poplib's own loop over lines is slower than the server
        assert reader.readline() == b"+OK %d octets\r\n" % len(content)
        wire = reader.read(len(content) + 262_144 + 3)
        assert wire.endswith(b"\r\n.\r\n")
        assert wire.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.") == content
        assert client.noop().startswith(b"+OK")


def test_pipelining_of_many_large_answers(sandbox: BackgroundEngine) -> None:
    sandbox.call(lambda running: deliver(running, b"Subject: large\r\n\r\n" + b"#" * 1_000_000 + b"\r\n"))
    with raw_client(sandbox, "pop3") as sock:
        sock.sendall(b"USER ann\r\nPASS secret\r\n" + b"RETR 3\r\n" * 20 + b"QUIT\r\n")
        answer = read_until(sock, b"+OK Sayonara\r\n")
    assert answer.count(b"\r\n.\r\n") == 20
    assert answer.count(b"#") == 20_000_000


def test_half_closed_clients_still_get_their_answers(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "pop3") as sock:
        sock.sendall(b"USER ann\r\nPASS secret\r\nSTAT\r\nDELE 1\r\n")
        sock.shutdown(socket.SHUT_WR)
        assert read_until(sock, b"never").endswith(b"+OK Message 1 deleted\r\n")
    assert inbox_uids(sandbox) == (1, 2)


def test_too_many_connections(serve: Serve) -> None:
    sandbox = serve(pop3={"limits": {"connections": 1}})
    with connected(sandbox, login=False), raw_client(sandbox, "pop3") as second:
        assert read_until(second, b"never") == b"-ERR [SYS/TEMP] Too many connections, try again later\r\n"


def test_idle_sessions_are_told_and_closed(serve: Serve) -> None:
    sandbox = serve(pop3={"limits": {"idle_timeout": 0.05}}, accounts=ACCOUNTS)
    with raw_client(sandbox, "pop3") as sock:
        assert read_until(sock, b"never").endswith(b"-ERR [SYS/TEMP] Disconnected for inactivity\r\n")
    assert facts(sandbox, "connection.idle") == [{}]


def test_settings_narrow_what_is_offered(serve: Serve) -> None:
    sandbox = serve(
        pop3={"apop": False, "auth_mechanisms": [], "tls": "starttls", "login_requires_tls": True}
    )
    with connected(sandbox, login=False) as client:
        assert client.getwelcome() == b"+OK POP3 sandbox.test server ready"
        assert not {"SASL", "USER"} & set(client.capa())
        with pytest.raises(poplib.error_proto, match="STLS first"):
            client.user("ann")
        client.stls(sandbox.call(lambda running: running.authority.client_context()))
        assert "USER" in client.capa()
        client.user("ann")
        assert client.pass_("anything") == b"+OK Mailbox open, 0 messages"
