"""The same seed, the same moment, the same dialogue: the same octets."""

from __future__ import annotations

import contextlib
import io
import re
import smtplib
from datetime import UTC, datetime

import pytest

from sandbox import Clock, Sandbox
from sandbox.journal import Sent

MOMENT = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


def dialogue(sandbox: Sandbox) -> None:
    """A bit of everything that depends on time or chance."""
    smtp = sandbox.smtp.client()
    smtp.ehlo("client.test")
    smtp.user, smtp.password = "ann", "secret"
    smtp.auth("CRAM-MD5", smtp.auth_cram_md5)
    for number in range(5):
        with contextlib.suppress(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("ann@example.org", "bob@example.org", f"Subject: {number}\r\n\r\nHello\r\n")
    smtp.quit()
    pop3 = sandbox.pop3.client("bob")
    pop3.uidl()
    pop3.quit()
    imap = sandbox.imap.client("bob")
    imap.append("Sent", "", "", b"Subject: x\r\n\r\n")  # type: ignore[arg-type]
    imap.fetch("1:*", "(UID INTERNALDATE RFC822)")
    imap.status("INBOX", "(UIDVALIDITY UIDNEXT)")
    imap.logout()
    cram = sandbox.imap.client("eve")
    cram.logout()
    lines: list[str] = []
    ftp = sandbox.ftp.client("ann")
    ftp.storbinary("STOR a.txt", io.BytesIO(b"content"))
    ftp.voidcmd("MDTM a.txt")
    ftp.retrlines("LIST", lines.append)
    ftp.retrlines("MLSD", lines.append)
    ftp.quit()
    http = sandbox.http.client()
    paths = ("/uuid", "/bytes/20", "/stream-bytes/20", "/unstable", "/cache", "/status/200:1,201:1,202:1")
    digest = ("/digest-auth/auth/u/p", "/digest-auth/auth/u/p")
    for path in (*paths, *digest, *paths, "/files/home/ann/a.txt", "/cookies/set?a=1"):
        http.request("GET", path, headers={"Host": "sandbox.test"})
        http.getresponse().read()
    for host, path in (("mahler", "/"), ("www.python.org", "/")):
        http.request("GET", path, headers={"Host": host})
        http.getresponse().read()
    http.request("POST", "/login", "user=ann&password=x", {"Host": "sandbox.test"})
    http.getresponse().read()
    http.close()
    sandbox.xmlrpc.client().add(2, 3)
    for name in ("qotd", "qotd", "daytime", "time"):
        with sandbox.tcp.client(name) as tcp:
            while tcp.recv(1000):
                pass
    for name in ("chargen", "chargen", "qotd", "time"):
        with sandbox.udp.client(name) as udp:
            udp.send(b"?")
            udp.recv(1000)


def said(sandbox: Sandbox) -> dict[int, bytes]:
    """What the sandbox has said on each connection.

    The ports of data connections are the system's choice, the tags of IMAP imaplib's.
    """
    found: dict[int, bytes] = {}
    for entry in sandbox.call(lambda engine: list(engine.journal)):
        if isinstance(entry.event, Sent):
            found[entry.event.connection] = found.get(entry.event.connection, b"") + entry.event.data
    chosen = re.compile(rb"(?:\(127,0,0,1|\|\|\|)[^)]*\)|^[A-P]{4}(?=\d+ )", re.MULTILINE)
    return {number: chosen.sub(b"", text) for number, text in found.items()}


RULE = {"on": "smtp.rcpt", "probability": 0.5, "effect": {"kind": "reply", "text": "451 4.3.0 Not now"}}


@pytest.fixture(scope="module")
def first() -> dict[int, bytes]:
    with Sandbox(seed=7, clock=MOMENT, faults=[RULE]) as sandbox:
        dialogue(sandbox)
        return said(sandbox)


def test_the_same_octets_in_another_sandbox(first: dict[int, bytes]) -> None:
    with Sandbox(seed=7, clock=MOMENT, faults=[RULE]) as sandbox:
        dialogue(sandbox)
        assert said(sandbox) == first
    assert len(first) > 15
    everything = b"".join(first.values())
    assert set(re.findall(rb"(?:Date|Last-Modified): (.*)\r", everything)) == {
        b"Sat, 31 Jan 2026 12:00:00 GMT"
    }
    assert b"31-Jan-2026 12:00:00 +0000" in everything
    assert b"20260131120000" in everything
    assert b"451 4.3.0 Not now" in everything


def test_the_same_octets_after_a_reset(first: dict[int, bytes]) -> None:
    with Sandbox(seed=7, clock=MOMENT, faults=[RULE]) as sandbox:
        for _ in range(2):
            dialogue(sandbox)
            sandbox.clock.advance(1000)
            sandbox.faults.clear()
            sandbox.reset()
        dialogue(sandbox)
        assert said(sandbox) == first


def test_another_seed_is_another_chance(first: dict[int, bytes]) -> None:
    with Sandbox(seed=8, clock=MOMENT, faults=[RULE]) as sandbox:
        dialogue(sandbox)
        assert said(sandbox) != first


def test_the_clock_of_the_configuration() -> None:
    with Sandbox(
        {"clock": MOMENT, "services": {"tcp": {"listeners": {"daytime": {"behaviour": "daytime"}}}}}
    ) as sandbox:
        assert sandbox.clock.now == MOMENT
        assert not sandbox.clock.ticking
    ticking = {"at": "2026-01-31T12:00:00Z", "ticking": True}
    with Sandbox(clock=None, services=["smtp"], hostname="x.test") as sandbox:
        assert sandbox.clock.ticking
    with Sandbox({"clock": ticking, "services": {"smtp": {}}}) as sandbox:
        assert sandbox.clock.ticking
        assert MOMENT.timestamp() <= sandbox.clock() < MOMENT.timestamp() + 60


def test_the_clock_is_set_while_the_sandbox_runs() -> None:
    with Sandbox(services=["smtp"], clock=MOMENT) as sandbox:
        sandbox.smtp.client().sendmail("a@x.test", "b@x.test", "Subject: 1\r\n\r\n")
        sandbox.clock.advance(60)
        sandbox.smtp.client().sendmail("a@x.test", "b@x.test", "Subject: 2\r\n\r\n")
        sandbox.clock.set(0)
        sandbox.smtp.client().sendmail("a@x.test", "b@x.test", "Subject: 3\r\n\r\n")
        times = sandbox.call(lambda engine: [mail.received for mail in engine.mail.messages])
    start = MOMENT.timestamp()
    assert times == [start, start + 60, 0]


def test_a_clock() -> None:
    clock = Clock(100)
    assert (clock(), clock.now) == (100, datetime(1970, 1, 1, 0, 1, 40, tzinfo=UTC))
    clock.advance(-10)
    assert clock() == 90
    clock.resume()
    assert 90 <= clock() < 91
    clock.set(datetime(1970, 1, 2))  # noqa: DTZ001
    assert 86_400 <= clock() < 86_401
    clock.advance(3600)
    clock.freeze()
    assert clock() == clock()
    assert 90_000 <= clock() < 90_001
    clock.freeze(5)
    assert clock() == 5
    assert Clock(5, ticking=True).ticking
