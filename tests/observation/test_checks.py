"""What a well-behaved client does, and what is said of one that does not."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.journal import Crashed
from sandbox.observation import Unexpected, WaitTimeout, checks
from tests.observation.conftest import Story


def smtp(story: Story, *lines: str | bytes, tls: bool = False) -> int:
    number = story.connect("smtp")
    if tls:
        story.tls(number, "smtp")
    story.talk(number, "smtp", *lines)
    return number


def test_tls_before_login(story: Story) -> None:
    smtp(story, "C: AUTH PLAIN AGE=", tls=True)
    checks.tls_before_login(story.journal)
    smtp(story, "C: EHLO x", "C: AUTH PLAIN AGI=")
    with pytest.raises(Unexpected) as failed:
        checks.tls_before_login(story.journal)
    assert str(failed.value) == (
        "a client logged in before TLS:\n"
        "  smtp connection 2: C: AUTH PLAIN AGI=\n"
        "\n"
        "# smtp: connection 2 from 127.0.0.1:40002 to 127.0.0.1:2000\n"
        "C: EHLO x\n"
        "C: AUTH PLAIN AGI="
    )


def test_nobody_is_no_proof(story: Story) -> None:
    with pytest.raises(Unexpected, match="nobody logged in"):
        checks.tls_before_login(story.journal)
    with pytest.raises(Unexpected, match="there was no session of pop3"):
        checks.logged_out(story.journal, ["pop3"])


def test_no_password_in_clear(story: Story) -> None:
    smtp(story, "C: AUTH CRAM-MD5", "S: 334 x", "C: YQ==", "S: 235 ok")
    smtp(story, "C: AUTH LOGIN", "S: 334 x", tls=True)
    ftp = story.connect("ftp")
    story.talk(ftp, "ftp", "C: USER anonymous", "C: PASS guest@")
    pop3 = story.connect("pop3")
    story.talk(pop3, "pop3", "C: APOP ann 0123")
    checks.no_password_in_clear(story.journal)
    story.talk(pop3, "pop3", "C: PASS hunter2")
    with pytest.raises(Unexpected, match="pop3 connection 4: C: PASS hunter2"):
        checks.no_password_in_clear(story.journal)
    checks.no_password_in_clear(story.journal, ["ftp"])


@pytest.mark.parametrize(("tls", "field"), [(False, "Basic YTpi"), (True, "Basic YTpi"), (False, "Digest x")])
def test_passwords_of_http(story: Story, tls: bool, field: str) -> None:
    number = story.connect("http")
    if tls:
        story.tls(number, "http")
    story.talk(number, "http", f"GET / HTTP/1.1\r\nAuthorization: {field}\r\n\r\n".encode())
    if tls or field == "Digest x":
        checks.no_password_in_clear(story.journal)
    else:
        with pytest.raises(Unexpected, match=r"connection 1: GET / \(Basic\)"):
            checks.no_password_in_clear(story.journal)


def test_logged_out(story: Story) -> None:
    smtp(story, "C: EHLO x", "C: quit", "S: 221 bye")
    imap = story.connect("imap")
    story.talk(imap, "imap", "C: a LOGOUT")
    story.note(story.connect("ftp"), "ftp", "data.opened")
    checks.logged_out(story.journal)
    smtp(story, "C: EHLO x")
    smtp(story)
    with pytest.raises(Unexpected) as failed:
        checks.logged_out(story.journal)
    assert str(failed.value).startswith(
        "these clients did not log out:\n"
        "  smtp connection 4: the last was C: EHLO x\n"
        "  smtp connection 5: the last was nothing\n"
    )
    checks.logged_out(story.journal, ["imap"])


async def test_all_closed(story: Story) -> None:
    await checks.all_closed(story.journal)
    story.connect("udp", "echo", "udp")
    number = story.connect("tcp", "echo")
    waiting = asyncio.ensure_future(checks.all_closed(story.journal, timeout=5))
    await asyncio.sleep(0)
    assert not waiting.done()
    story.close(number, "tcp")
    await waiting
    story.close(story.connect("smtp"), "smtp", "server")
    await checks.all_closed(story.journal)


async def test_open_and_reset_connections(story: Story) -> None:
    story.connect("smtp")
    with pytest.raises(WaitTimeout, match="these connections are still open:\n  smtp connection 1"):
        await checks.all_closed(story.journal, timeout=0.01)
    story.close(1, "smtp", "reset")
    with pytest.raises(
        Unexpected, match="these connections ended badly:\n  smtp connection 1: reset by the client"
    ):
        await checks.all_closed(story.journal)
    await checks.all_closed(story.journal, ["imap"])


def test_no_crash(story: Story) -> None:
    checks.no_crash(story.journal)
    story.journal.append(Crashed(3, "imap", "Traceback\nOops"))
    with pytest.raises(Unexpected, match="the sandbox failed on imap connection 3:\nTraceback\nOops"):
        checks.no_crash(story.journal)
