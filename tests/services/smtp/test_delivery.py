"""What arrives in the store: octet for octet, for the right owners, within the limits."""

from __future__ import annotations

import smtplib

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Fact
from sandbox.stores.mail import Message
from tests.conftest import Serve
from tests.services.smtp.client import RawClient

TRANSACTION = ("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA")


def messages(sandbox: BackgroundEngine) -> list[Message]:
    return sandbox.call(lambda s: list(s.mail.messages))


def refusals(sandbox: BackgroundEngine) -> list[object]:
    return sandbox.call(
        lambda s: [
            e.event.details["reason"]
            for e in s.journal
            if isinstance(e.event, Fact) and e.event.name == "mail.refused"
        ]
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"no header at all\r\n",
        b"Subject: no body\r\n",
        b"Subject: no body\r\n\r\n",
        b"\r\n\r\n\r\nblank lines\r\n",
        b"From: x\r\n\r\n.\n.\r.\r\n..\r\n",
        b"NUL \x00 bare \r and \n and all\x01\x7f\r\n",
        "Subject: Привет\r\n\r\nтекст\r\n".encode("koi8-r"),
        "Subject: Привет\r\n\r\nтекст\r\n".encode("cp1251"),
        "Subject: Привет\r\n\r\nтекст\r\n".encode(),
        bytes(range(256)) * 4 + b"\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nbroken\r\n",
        b"x" * 5000 + b"\r\n",
    ],
)
def test_octet_for_octet(serve: Serve, content: bytes) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say(*TRANSACTION)
        stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
        client.sock.sendall(stuffed + b".\r\n")
        assert client.reply() == "250 2.0.0 00000001 Message accepted for delivery"
        assert client.say("NOOP") == "250 2.0.0 OK"
    (message,) = messages(sandbox)
    assert message.content == content
    assert message.connection == 1


@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n",
        b"\n.\r\n",
        b"\r.\r",
        b"\r\n.\n",
        b"\r\n.\r",
        b"\r\n\x00.\r\n",
        b"\r\n.\x00\r\n",
        b"\n\n.\r\n",
    ],
)
def test_nothing_but_crlf_dot_crlf_smuggles(serve: Serve, end: bytes) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say(*TRANSACTION)
        client.sock.sendall(b"text" + end + b"MAIL FROM:<eve@a.test>\r\n.\r\n")
        assert client.reply().startswith("250 ")
    (message,) = messages(sandbox)
    assert b"MAIL FROM:<eve@a.test>\r\n" in message.content


def test_the_envelope(serve: Serve) -> None:
    sandbox = serve(smtp={})
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port, local_hostname="me.test") as client:
        client.login("Ann", "secret")
        client.sendmail(
            "анна@пример.test",
            ["bob@b.test", "Bob <bob@b.test>", "eve@e.test"],
            "Subject: x\r\n\r\n",
            mail_options=["SMTPUTF8", "BODY=8BITMIME"],
        )
        client.sendmail("", "bob@b.test", "Subject: x\r\n\r\n")
    first, second = (message.envelope for message in messages(sandbox))
    assert first is not None
    assert second is not None
    assert (first.sender, first.recipients) == (
        "анна@пример.test",
        ("bob@b.test", "bob@b.test", "eve@e.test"),
    )
    assert (first.helo, first.user, first.smtputf8, first.body) == ("me.test", "ann", True, "8BITMIME")
    assert (second.sender, second.smtputf8, second.body) == ("", False, None)


def test_everybody_addressed_gets_it_once(serve: Serve) -> None:
    accounts = {"users": {"ann": {"addresses": ["ann@a.test", "anna@a.test"]}}}
    sandbox = serve(smtp={}, accounts=accounts)
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        client.sendmail("x@x.test", ["ann@a.test", "anna@a.test", "bob@b.test"], "Subject: x\r\n\r\n")
    counts = sandbox.call(
        lambda s: {user: len(s.mail.home(user).inbox.uids) for user in ("ann", "bob", "bob@b.test", "eve")}
    )
    assert counts == {"ann": 1, "bob": 1, "bob@b.test": 1, "eve": 0}


def test_accepted_mails_stand_on_the_timeline(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say(*TRANSACTION)
        client.sock.sendall(b"Subject: x\r\n\r\n.\r\n")
        client.reply()
    entry = sandbox.wait_for(lambda e: isinstance(e.event, Fact) and e.event.name == "mail.accepted")
    assert isinstance(entry.event, Fact)
    assert entry.event.connection == 1
    assert entry.event.details == {
        "id": "00000001",
        "sender": "a@a.test",
        "recipients": ("b@b.test",),
        "size": 14,
    }


def test_kept_though_the_client_never_says_quit(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say(*TRANSACTION)
        assert client.say(".").startswith("250 ")
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))
    assert len(messages(sandbox)) == 1


def test_a_drop_within_data_stores_nothing(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say(*TRANSACTION)
        client.sock.sendall(b"Subject: half a mail\r\n\r\nand then\r\n.")
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))
    assert messages(sandbox) == []


def test_many_recipients_and_their_limit(serve: Serve) -> None:
    sandbox = serve(smtp={"max_recipients": 150})
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        refused = client.sendmail("a@a.test", [f"user{n}@b.test" for n in range(152)], "Subject: x\r\n\r\n")
    assert refused == {f"user{n}@b.test": (452, b"4.5.3 Too many recipients") for n in (150, 151)}
    envelope = messages(sandbox)[0].envelope
    assert envelope is not None
    assert len(envelope.recipients) == 150
    assert refusals(sandbox) == ["too many recipients"] * 2


LISTED = {"mode": "listed", "users": {"ann": {"password": "secret", "addresses": ["ann@a.test"]}}}


@pytest.mark.parametrize("mode", ["listed", "any"])
def test_unknown_recipients_can_be_refused(serve: Serve, mode: str) -> None:
    sandbox = serve(smtp={"recipients": "listed"}, accounts=LISTED | {"mode": mode})
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        unknown = (550, b"5.1.1 <eve@a.test>... User unknown")
        with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
            client.sendmail("a@a.test", ["eve@a.test"], "Subject: x\r\n\r\n")
        assert caught.value.recipients == {"eve@a.test": unknown}
        assert client.sendmail("a@a.test", ["ann@a.test", "eve@a.test"], "Subject: x\r\n\r\n") == {
            "eve@a.test": unknown
        }
        assert client.sendmail("a@a.test", ["postmaster", "Postmaster@a.test"], "Subject: x\r\n\r\n") == {}
    assert len(messages(sandbox)) == 2
    assert refusals(sandbox) == ["unknown recipient"] * 2


def test_a_mail_for_nobody_listed_is_kept_in_the_store(serve: Serve) -> None:
    sandbox = serve(smtp={}, accounts=LISTED)
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        client.sendmail("a@a.test", ["eve@a.test"], "Subject: x\r\n\r\n")
    assert len(messages(sandbox)) == 1


def test_a_size_that_is_announced_too_large(serve: Serve) -> None:
    sandbox = serve(smtp={"max_message": 1000})
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            client.sendmail("a@a.test", ["b@b.test"], b"x" * 1001)
        assert (caught.value.smtp_code, caught.value.smtp_error[:5]) == (552, b"5.3.4")
        client.sendmail("a@a.test", ["b@b.test"], b"x" * 998)
    assert [len(message.content) for message in messages(sandbox)] == [1000]
    assert refusals(sandbox) == ["too big"]


def test_data_over_the_limit_is_refused_after_the_dot(serve: Serve) -> None:
    sandbox = serve(smtp={"max_message": 100_000})
    with RawClient(sandbox) as client:
        client.say(*TRANSACTION)
        client.sock.sendall(b"x" * 98 + b"\r\n")
        for _ in range(50):
            client.sock.sendall((b"y" * 98 + b"\r\n") * 400)
        assert client.say(".") == "552 5.3.4 Message size exceeds the limit of 100000 octets"
        client.say(*TRANSACTION)
        client.sock.sendall((b"x" * 98 + b"\r\n") * 1000)
        assert client.say(".").startswith("250 ")
    assert [len(message.content) for message in messages(sandbox)] == [100_000]


def test_a_long_line_is_refused_after_the_dot(serve: Serve) -> None:
    sandbox = serve(smtp={"max_line": 1000})
    with RawClient(sandbox) as client:
        for length, code in ((998, "250"), (999, "500")):
            client.say(*TRANSACTION)
            client.sock.sendall(b"Subject: x\r\n\r\n" + b"x" * length + b"\r\n.\r\n")
            assert client.reply()[:3] == code
    assert len(messages(sandbox)) == 1
    assert refusals(sandbox) == ["line too long"]


def test_what_is_binary_has_no_lines(serve: Serve) -> None:
    sandbox = serve(smtp={"max_line": 1000})
    with RawClient(sandbox) as client:
        client.say("MAIL FROM:<a@a.test> BODY=BINARYMIME", "RCPT TO:<b@b.test>")
        client.sock.sendall(b"BDAT 2000 LAST\r\n" + bytes(2000))
        assert client.reply() == "250 2.0.0 00000001 Message accepted for delivery"


def test_chunks(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say("MAIL FROM:<a@a.test> BODY=BINARYMIME", "RCPT TO:<b@b.test>")
        assert client.say("DATA") == "503 5.5.1 BDAT must be used for this message"
        client.sock.sendall(b"BDAT 9\r\nab\r\n.\r\n\0\nBDAT 0\r\nBDAT 4 last\r\nNOOPQUIT\r\n")
        assert client.reply() == "250 2.0.0 9 octets received"
        assert client.reply() == "250 2.0.0 0 octets received"
        assert client.reply() == "250 2.0.0 00000001 Message accepted for delivery"
        assert client.reply().startswith("221 ")
    (message,) = messages(sandbox)
    assert message.content == b"ab\r\n.\r\n\0\nNOOP"
    assert message.envelope is not None
    assert message.envelope.body == "BINARYMIME"


def test_chunks_that_are_refused_are_read_all_the_same(serve: Serve) -> None:
    sandbox = serve(smtp={"max_message": 1000})
    with RawClient(sandbox) as client:
        client.sock.sendall(b"BDAT 6\r\nQUIT\r\n")
        assert client.reply() == "503 5.5.1 Need MAIL before DATA"
        client.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>")
        client.sock.sendall(b"BDAT 600\r\n" + b"x" * 600 + b"BDAT 401\r\n" + b"QUIT\r\n" * 66 + b"12345")
        assert client.reply() == "250 2.0.0 600 octets received"
        assert client.reply() == "552 5.3.4 Message size exceeds the limit of 1000 octets"
        client.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>")
        client.sock.sendall(b"BDAT 600\r\n" + b"x" * 600)
        client.reply()
        assert client.say("DATA") == "503 5.5.1 BDAT must be used for this message"
        client.sock.sendall(b"BDAT 400 LAST\r\n" + b"y" * 400)
        assert client.reply().startswith("250 ")
    assert [message.content for message in messages(sandbox)] == [b"x" * 600 + b"y" * 400]


def test_smtplib_sends_lf_and_dots(serve: Serve) -> None:
    sandbox = serve(smtp={})
    content = b"Subject: dots\n\n.hidden\n..two\n.\nend\r\n"
    with smtplib.SMTP("127.0.0.1", sandbox.endpoint("smtp").port) as smtp:
        smtp.sendmail("a@example.org", ["b@example.org"], content)
    (message,) = messages(sandbox)
    assert message.content == content
