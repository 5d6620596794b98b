"""What clients said in the line protocols: no literals, no mails, no answers to challenges."""

from __future__ import annotations

from sandbox.observation import Observer
from tests.observation.conftest import Story


def said(observer: Observer, service: str) -> list[str]:
    return [f"{command.verb} {command.argument}".strip() for command in observer.commands(service)]


def test_smtp(story: Story, observer: Observer) -> None:
    number = story.connect("smtp")
    story.talk(
        number, "smtp", "S: 220 hi", "C: ehlo x", "S: 250-x", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go"
    )
    story.tls(number, "smtp")
    story.talk(
        number,
        "smtp",
        "C: AUTH LOGIN",
        "S: 334 VXNlcjo=",
        "C: YW5u",
        "S: 334 UGFzczo=",
        "C: cHc=",
        "S: 235 ok",
    )
    story.talk(
        number,
        "smtp",
        b"MAIL FROM:<a@b>\r\nRCPT",
        b" TO:<c@d>\r\nDATA\r\n",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
    )
    story.talk(number, "smtp", b"QUIT\r\n..\r\nNOOP\r\n.\r\nRSET\r\n", "S: 250 ok")
    story.talk(number, "smtp", b"BDAT 10 LAST\r\nQUIT\r\nQUIT", b"quit\r\n", "S: 221 bye")
    assert said(observer, "smtp") == [
        "EHLO x",
        "STARTTLS",
        "AUTH LOGIN",
        "MAIL FROM:<a@b>",
        "RCPT TO:<c@d>",
        "DATA",
        "RSET",
        "BDAT 10 LAST",
        "QUIT",
    ]
    (login,) = observer.commands("smtp", "auth")
    assert (login.said, login.secure) == (("YW5u", "cHc="), True)
    assert observer.commands("smtp", "STARTTLS")[0].secure is False


def test_a_refused_exchange_is_over(story: Story, observer: Observer) -> None:
    number = story.connect("smtp")
    story.talk(number, "smtp", "C: AUTH PLAIN AGE=", "S: 535 no", "C: QUIT", "S: 221 bye")
    assert said(observer, "smtp") == ["AUTH PLAIN AGE=", "QUIT"]


def test_imap(story: Story, observer: Observer) -> None:
    number = story.connect("imap")
    story.talk(number, "imap", "S: * OK", "C: a1 LOGIN {3}", "S: + go", b"ann {6+}\r\nLOGOUT\r\n", "S: a1 OK")
    story.talk(number, "imap", "C: a2 APPEND x {11}", "S: + ", b"a3 LOGOUT\r\n\r\n", "S: a2 OK")
    story.talk(
        number, "imap", "C: a4 IDLE", "S: + idling", "S: * 1 EXISTS", "C: DONE", "S: a4 OK", "C: a5 logout"
    )
    assert [str(command) for command in observer.commands("imap")] == [
        "a1 LOGIN {...} {...}",
        "a2 APPEND x {...}",
        "a4 IDLE",
        "a5 LOGOUT",
    ]


def test_the_octets_of_a_file_are_no_commands(story: Story, observer: Observer) -> None:
    data = story.connect("ftp", "main")
    story.note(data, "ftp", "data.opened", control=1)
    story.talk(data, "ftp", b"PASS secret\r\nQUIT\r\n")
    assert said(observer, "ftp") == []


def test_octets_that_are_no_text(story: Story, observer: Observer) -> None:
    number = story.connect("pop3")
    story.talk(number, "pop3", b"\xff\x00\r\n\r\nUSER \xff\n")
    assert said(observer, "pop3") == ["\\XFF\x00", "USER \\xff"]
