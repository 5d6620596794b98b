"""The commands, one by one, as a client sees them."""

from __future__ import annotations

import smtplib
import socket
from pathlib import Path

import pytest

from sandbox.engine import Engine
from sandbox.journal import Closed, Crashed, Fact, Sent
from tests.conftest import Serve, raw_client, read_until
from tests.services.smtp.client import RawClient

HELLO = "sandbox.test Hello 127.0.0.1, pleased to meet you"


def test_greeting_and_goodbye(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        assert client.greeting == "220 sandbox.test ESMTP Sandbox"
        assert client.say("QUIT") == "221 2.0.0 sandbox.test closing connection"
        assert client.reply() == ""


def test_banner_and_host_name_are_settings(serve: Serve) -> None:
    with RawClient(serve(smtp={"banner": "Postfix"}, hostname="mail.onego.ru")) as client:
        assert client.greeting == "220 mail.onego.ru Postfix"
        assert client.say("HELO me").startswith("250 mail.onego.ru Hello ")
    with RawClient(serve(smtp={"banner": ""})) as client:
        assert client.greeting == "220 sandbox.test"


def test_ehlo_is_one_write(serve: Serve) -> None:
    sandbox = serve(smtp={"max_message": 5000})
    with RawClient(sandbox) as client:
        lines = client.say("EHLO me.test").splitlines()
    assert lines == [
        f"250-{HELLO}",
        "250-SIZE 5000",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-PIPELINING",
        "250-ENHANCEDSTATUSCODES",
        "250-CHUNKING",
        "250-BINARYMIME",
        "250-ETRN",
        "250-EXPN",
        "250-VRFY",
        "250-STARTTLS",
        "250-AUTH CRAM-MD5 PLAIN LOGIN",
        "250 HELP",
    ]
    sent = sandbox.call(lambda s: [e.event.data for e in s.journal if isinstance(e.event, Sent)])
    assert [data[:4] for data in sent] == [b"220 ", b"250-"]


def test_smtplib_reads_the_extensions(serve: Serve) -> None:
    endpoint = serve(smtp={}).endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(32 * 1024 * 1024)
        assert client.has_extn("starttls")
        assert client.esmtp_features["auth"].split() == ["CRAM-MD5", "PLAIN", "LOGIN"]


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("HELO me.test", f"250 {HELLO}"),
        ("HELO", "501 5.5.4 Syntax: HELO hostname"),
        ("EHLO", "501 5.5.4 Syntax: EHLO hostname"),
        ("noop", "250 2.0.0 OK"),
        ("NOOP whatever", "250 2.0.0 OK"),
        ("Rset", "250 2.0.0 OK"),
        ("RSET now", "501 5.5.4 Syntax: RSET"),
        ("QUIT now", "501 5.5.4 Syntax: QUIT"),
        ("HELP mail", "214 2.0.0 Syntax: MAIL FROM:<address> [parameters]"),
        ("HELP me", "504 5.5.4 HELP topic unknown"),
        ("ETRN rnd.abcde.ru", "250 2.0.0 OK, queuing for node rnd.abcde.ru started"),
        ("ETRN @rnd.abcde.ru", "250 2.0.0 OK, queuing for node rnd.abcde.ru started"),
        ("ETRN", "501 5.5.4 Syntax: ETRN domain"),
        ("VRFY", "501 5.5.4 Syntax: VRFY address"),
        ("EXPN", "501 5.5.4 Syntax: EXPN list"),
        ("DATA", "503 5.5.1 Need MAIL before DATA"),
        ("DATA now", "501 5.5.4 Syntax: DATA"),
        ("RCPT TO:<ann@example.test>", "503 5.5.1 Need MAIL before RCPT"),
        ("BDAT LAST", "501 5.5.4 Syntax: BDAT octets [LAST]"),
        ("AUTH", "501 5.5.4 Not enough value"),
        ("GET / HTTP/1.1", "500 5.5.1 Command not recognized"),
        ("__CLASS__", "500 5.5.1 Command not recognized"),
        ("", "500 5.5.1 Command not recognized"),
        ("   ", "500 5.5.1 Command not recognized"),
    ],
)
def test_before_any_hello(serve: Serve, command: str, reply: str) -> None:
    with RawClient(serve(smtp={})) as client:
        assert client.say(command) == reply
        assert client.say("NOOP") == "250 2.0.0 OK"


def test_help_lists_the_commands_with_a_status_on_each_line(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        lines = client.say("HELP").splitlines()
        assert all(line.startswith("214-2.0.0 ") for line in lines[:-1])
        assert lines[-1].startswith("214 2.0.0 ")
        commands = [line[10:].split()[0] for line in lines[1:-1]]
        for command in commands:
            assert "not recognized" not in client.say(f"HELP {command}")
        assert {"MAIL", "RCPT", "DATA", "STARTTLS", "AUTH", "ETRN"} <= set(commands)


ACCOUNTS = {"users": {"ann": {"addresses": ["ann@example.test", "anna@example.test"]}, "bob": {}}}


def test_vrfy_and_expn_know_the_listed_accounts(serve: Serve) -> None:
    with RawClient(serve(smtp={}, accounts=ACCOUNTS)) as client:
        assert client.say("VRFY ann") == "250 2.1.5 ann <ann@example.test>"
        assert client.say("VRFY <anna@example.test>") == "250 2.1.5 ann <ann@example.test>"
        assert client.say("VRFY bob") == "250 2.1.5 bob <bob@sandbox.test>"
        assert client.say("VRFY eve").startswith("252 2.1.5 ")
        assert client.say("EXPN ann") == "250-2.1.5 <ann@example.test>\n250 2.1.5 <anna@example.test>"
        assert client.say("EXPN staff") == "250 2.1.5 <staff@sandbox.test>"
        assert client.say("EXPN staff@example.test") == "250 2.1.5 <staff@example.test>"


def test_vrfy_and_expn_refuse_whom_rcpt_would_refuse(serve: Serve) -> None:
    with RawClient(serve(smtp={"recipients": "listed"}, accounts=ACCOUNTS)) as client:
        assert client.say("VRFY eve") == "550 5.1.1 <eve>... User unknown"
        assert client.say("EXPN eve") == "550 5.1.1 <eve>... User unknown"
        assert client.say("VRFY ann").startswith("250 ")


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        ("FROM:<ann@example.test>", "250 2.1.0 <ann@example.test>... Sender ok"),
        ("from: ann@example.test", "250 2.1.0 <ann@example.test>... Sender ok"),
        ("FROM :<>", "250 2.1.0 <>... Sender ok"),
        (
            "FROM:<ann@example.test> SIZE=10 BODY=8BITMIME SMTPUTF8",
            "250 2.1.0 <ann@example.test>... Sender ok",
        ),
        ("FROM:<ann@example.test> AUTH=<>", "250 2.1.0 <ann@example.test>... Sender ok"),
        ("FROM:<ann@example.test> AUTH=", "250 2.1.0 <ann@example.test>... Sender ok"),
        ("FROM:<ann@example.test> RET=HDRS ENVID=q-1", "250 2.1.0 <ann@example.test>... Sender ok"),
        ("FROM:<ann@example.test> SIZE=many", "501 5.5.4 Bad value of SIZE"),
        ("FROM:<ann@example.test> BODY=9BIT", "501 5.5.4 Bad value of BODY"),
        ("FROM:<ann@example.test> SMTPUTF8=yes", "501 5.5.4 Bad value of SMTPUTF8"),
        ("FROM:<ann@example.test> X=1", "555 5.5.4 Parameter not recognized or not implemented"),
        ("FROM:<ann at home>", "553 5.1.7 That is no mail address"),
        ("FROM:<ann\0@example.test>", "553 5.1.7 That is no mail address"),
        ("FROM:", "553 5.1.7 That is no mail address"),
        ("FROM <ann@example.test>", "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"),
        ("", "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"),
    ],
)
def test_mail(serve: Serve, argument: str, reply: str) -> None:
    with RawClient(serve(smtp={})) as client:
        assert client.say(f"MAIL {argument}") == reply
        accepted = reply.startswith("250")
        expected = "503 5.5.1 Sender already specified" if accepted else "250 2.1.0 <bob@b.test>... Sender ok"
        assert client.say("MAIL FROM:<bob@b.test>") == expected


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        ("TO:<ann@example.test>", "250 2.1.5 <ann@example.test>... Recipient ok"),
        ("to: ann", "250 2.1.5 <ann>... Recipient ok"),
        ("TO:<анна@пример.test>", "250 2.1.5 <анна@пример.test>... Recipient ok"),
        (
            "TO:<ann@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;ann@example.test",
            "250 2.1.5 <ann@example.test>... Recipient ok",
        ),
        ("TO:<ann@example.test> NOTIFY=ALWAYS", "501 5.5.4 Bad value of NOTIFY"),
        ("TO:<ann@example.test> SIZE=1", "555 5.5.4 Parameter not recognized or not implemented"),
        ("TO:<>", "553 5.1.3 A recipient needs an address"),
        ("TO:<ann", "553 5.1.3 That is no mail address"),
        ("FROM:<ann@example.test>", "501 5.5.4 Syntax: RCPT TO:<address> [parameters]"),
    ],
)
def test_rcpt(serve: Serve, argument: str, reply: str) -> None:
    with RawClient(serve(smtp={})) as client:
        client.say("MAIL FROM:<ann@example.test>")
        assert client.say(f"RCPT {argument}") == reply
        expected = "354" if reply.startswith("250") else "503"
        assert client.say("DATA")[:3] == expected


def test_rset_and_hello_end_the_transaction(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        for command in ("RSET", "HELO me", "EHLO me"):
            assert client.say("MAIL FROM:<ann@example.test>").startswith("250 ")
            assert client.say("RCPT TO:<ann@example.test>").startswith("250 ")
            assert client.say(command).startswith("250")
            assert client.say("DATA") == "503 5.5.1 Need MAIL before DATA"


def test_hello_can_be_required(serve: Serve) -> None:
    with RawClient(serve(smtp={"hello_required": True})) as client:
        assert client.say("MAIL FROM:<ann@example.test>") == "503 5.5.1 Error: send HELO first"
        assert client.say("AUTH PLAIN AGEAYg==") == "503 5.5.1 Error: send EHLO first"
        assert client.say("ETRN example.test").startswith("250 ")
        client.say("HELO me")
        assert client.say("AUTH PLAIN AGEAYg==").startswith("500 5.5.1 ")
        assert client.say("MAIL FROM:<ann@example.test>").startswith("250 ")


def test_any_number_of_unknown_commands(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        for _ in range(20):
            assert client.say("XYZZY") == "500 5.5.1 Command not recognized"
        assert client.say("NOOP").startswith("250 ")


MAIL = b"MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nSubject: x\r\n\r\ntext\r\n.\r\n"


def test_pipelined_in_one_segment(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with raw_client(sandbox, "smtp") as sock:
        sock.sendall(b"EHLO me\r\n" + MAIL + MAIL + b"QUIT\r\n")
        replies = read_until(sock, b"closing connection\r\n").decode().splitlines()
    assert [line[:3] for line in replies if line[3] == " "] == [
        *("220", "250"),
        *("250", "250", "354", "250"),
        *("250", "250", "354", "250"),
        "221",
    ]
    assert sandbox.call(lambda s: [m.content for m in s.mail.messages]) == [b"Subject: x\r\n\r\ntext\r\n"] * 2


def test_a_dialogue_sent_byte_by_byte(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with raw_client(sandbox, "smtp") as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in MAIL + b"QUIT\r\n":
            sock.send(bytes([byte]))
        assert b"354 " in read_until(sock, b"closing connection\r\n")
    assert sandbox.call(lambda s: [m.content for m in s.mail.messages]) == [b"Subject: x\r\n\r\ntext\r\n"]


def test_a_client_that_half_closes_gets_all_answers(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with raw_client(sandbox, "smtp") as sock:
        sock.sendall(MAIL)
        sock.shutdown(socket.SHUT_WR)
        assert b"Message accepted for delivery\r\n" in read_until(sock, b"never")
    closed = sandbox.wait_for(lambda entry: isinstance(entry.event, Closed)).event
    assert isinstance(closed, Closed)
    assert closed.reason == "client"


def test_bare_lf_ends_a_command(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        client.sock.sendall(b"NOOP\nNOOP\r\n")
        assert (client.reply(), client.reply()) == ("250 2.0.0 OK", "250 2.0.0 OK")


def test_a_unix_domain_socket(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "smtp.sock"
    serve(smtp={"path": str(path)})
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(path))
        sock.sendall(MAIL + b"HELO me\r\nQUIT\r\n")
        replies = read_until(sock, b"closing connection\r\n")
    assert b"250 2.0.0 00000001 Message accepted for delivery\r\n" in replies
    assert b"250 sandbox.test Hello neighbour, pleased to meet you\r\n" in replies


def test_idle_clients_are_told(serve: Serve) -> None:
    sandbox = serve(smtp={"limits": {"idle_timeout": 0.1}})
    with RawClient(sandbox) as client:
        assert client.reply() == "421 4.4.2 sandbox.test idle for too long, closing connection"
        assert client.reply() == ""
    assert sandbox.wait_for(lambda entry: isinstance(entry.event, Closed) and entry.event.reason == "idle")


def test_too_many_clients_are_told(serve: Serve) -> None:
    sandbox = serve(smtp={"limits": {"connections": 1}})
    with RawClient(sandbox) as first:
        with RawClient(sandbox) as second:
            assert second.greeting == "421 4.3.2 sandbox.test too many connections, try again later"
            assert second.reply() == ""
        assert first.say("NOOP").startswith("250 ")


def test_our_own_failure_names_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = serve(smtp={})

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    sandbox.call(lambda s: monkeypatch.setattr(s.mail, "deliver", broken))
    with RawClient(sandbox) as client:
        client.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA")
        assert client.say(".") == "421 4.3.0 sandbox.test internal error, closing connection"
        assert client.reply() == ""
    crashed = sandbox.wait_for(lambda entry: isinstance(entry.event, Crashed)).event
    assert isinstance(crashed, Crashed)
    assert "secret detail" in crashed.traceback
    sandbox.call(_forget_crash)
    with RawClient(sandbox) as client:
        assert client.greeting.startswith("220 ")


def _forget_crash(sandbox: Engine) -> None:
    assert not any(isinstance(e.event, Fact) and e.event.name == "mail.accepted" for e in sandbox.journal)
    sandbox.journal.clear()
