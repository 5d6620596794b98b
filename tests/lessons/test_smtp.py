"""What the lessons do with smtplib, done against the sandbox: the same calls, the names changed to localhost."""

from __future__ import annotations

import email.policy
import smtplib
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed
from sandbox.stores.mail import Message
from tests.conftest import Serve

HOST = "localhost"


def arrived(sandbox: BackgroundEngine) -> list[Message]:
    return sandbox.call(lambda s: list(s.mail.messages))


def port(sandbox: BackgroundEngine, listener: str = "main") -> int:
    return sandbox.endpoint("smtp", listener).port


def test_starttls_login_and_a_cyrillic_mail(serve: Serve) -> None:
    sandbox = serve(smtp={"listeners": {"submission": {"tls": "starttls"}}})
    letter = MIMEText("Текст письма", "plain", "utf-8")
    letter["Subject"] = "Тема письма"
    letter["From"] = "your_email@example.com"
    letter["To"] = "recipient@example.com"
    with smtplib.SMTP(HOST, port(sandbox, "submission")) as server:
        server.starttls()
        server.login("your_username", "your_password")
        server.sendmail("your_email@example.com", "recipient@example.com", letter.as_string())
    (message,) = arrived(sandbox)
    assert message.tls is not None
    assert message.envelope is not None
    assert message.envelope.user == "your_username"
    assert message.summary.subject == "Тема письма"
    body = message_from_bytes(message.content).get_payload(decode=True)
    assert body == "Текст письма".encode()
    owners = ("recipient", "recipient@example.com")
    assert sandbox.call(lambda s: [len(s.mail.home(owner).inbox.uids) for owner in owners]) == [1, 1]


def attachment(content: bytes, kind: str, name: str) -> MIMEText:
    part = MIMEText(content, "base64", "utf-8")  # type: ignore[arg-type]  # bytes, as the lesson has it
    part["Content-Type"] = kind
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    return part


def test_attachments_with_two_content_types_each(serve: Serve) -> None:
    sandbox = serve(smtp={})
    sheet = bytes(range(256)) * 40
    letter = MIMEMultipart()
    letter.attach(MIMEText("Данные за месяц", "plain", "utf-8"))
    letter["Subject"] = Header("Данные за месяц", "utf-8")
    letter.attach(attachment("привет, мир".encode(), "text/plain", "hello.txt"))
    letter.attach(attachment(sheet, "application/vnd.ms-excel", "month-data.xlsx"))
    sent = letter.as_string()

    server = smtplib.SMTP(HOST, port(sandbox))
    server.login("abcdefg@222.com", "secretpass")
    server.sendmail("abcdefg@222.com", ["uvwxyz@222.com"], sent)
    server.quit()

    (message,) = arrived(sandbox)
    assert message.content == sent.replace("\n", "\r\n").encode() + (b"" if sent.endswith("\n") else b"\r\n")
    assert (message.summary.subject, message.summary.sender) == ("Данные за месяц", "")
    parsed = message_from_bytes(message.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    _, *parts = parsed.iter_parts()
    assert [part.get_filename() for part in parts] == ["hello.txt", "month-data.xlsx"]
    assert [len(part.get_all("Content-Type", [])) for part in parts] == [2, 2]
    assert [part.get_payload(decode=True) for part in parts] == ["привет, мир".encode(), sheet]


def test_two_recipients_and_no_quit(serve: Serve) -> None:
    sandbox = serve(smtp={})
    letter = MIMEText("Пробное письмо", "plain", "utf-8")
    letter["From"] = Header("Отправитель", "utf-8")
    letter["To"] = Header("Получатель", "utf-8")
    letter["Subject"] = Header("Проба", "utf-8")
    server = smtplib.SMTP(HOST, port(sandbox))
    server.login("abcdefg@126.com", "secretpass")
    server.sendmail("abcdefg@126.com", ["uvwxyz@qq.com", "uvwxyz@126.com"], letter.as_string())
    server.close()  # as the end of the script does
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))
    (message,) = arrived(sandbox)
    assert message.envelope is not None
    assert message.envelope.recipients == ("uvwxyz@qq.com", "uvwxyz@126.com")
    assert message.summary.sender == "Отправитель"


def test_smtp_over_tls(serve: Serve) -> None:
    sandbox = serve(smtp={"listeners": {"smtps": {"tls": "implicit"}}})
    server = smtplib.SMTP_SSL(HOST, port(sandbox, "smtps"))
    server.login("username", "password")
    server.sendmail("orlov@gmail.com", "orlov@mera.ru", "\nHello from Python!")
    assert server.quit()[0] == 221
    (message,) = arrived(sandbox)
    assert message.tls is not None
    assert message.content == b"\r\nHello from Python!\r\n"


CP1251 = (
    'From: "Отправитель" <sender@onego.ru>\r\n'
    'To: "Получатель" <receiver@onego.ru>\r\n'
    "Subject: письмо\r\n"
    "Content-Type: text/plain; charset=windows-1251\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
    "Добрый день!\r\n"
).encode("cp1251")


def test_debug_level_and_8_bit_octets(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = serve(smtp={}, hostname="mail.onego.ru")
    server = smtplib.SMTP(HOST, port(sandbox))
    server.set_debuglevel(1)
    server.sendmail("sender@onego.ru", ["receiver@onego.ru"], CP1251)
    server.quit()
    said = capsys.readouterr().err
    for wanted in (
        "retcode (250); Msg: b'mail.onego.ru Hello ",
        f"mail from:<sender@onego.ru> size={len(CP1251)}",
        "retcode (250); Msg: b'2.1.0 <sender@onego.ru>... Sender ok'",
        "rcpt to:<receiver@onego.ru>",
        "retcode (250); Msg: b'2.1.5 <receiver@onego.ru>... Recipient ok'",
        """retcode (354); Msg: b'Enter mail, end with "." on a line by itself'""",
        "retcode (250); Msg: b'2.0.0 00000001 Message accepted for delivery'",
        "retcode (221); Msg: b'2.0.0 mail.onego.ru closing connection'",
    ):
        assert wanted.lower() in said.lower()
    (message,) = arrived(sandbox)
    assert message.content == CP1251
    assert message.envelope is not None
    assert message.envelope.body is None


def test_etrn_before_any_hello(serve: Serve) -> None:
    sandbox = serve(smtp={})
    server = smtplib.SMTP(HOST, port(sandbox))
    code, text = server.docmd("ETRN rnd.abcde.ru")
    assert 250 <= code <= 253
    assert b"rnd.abcde.ru" in text
    assert server.quit()[0] == 221


def test_single_commands(serve: Serve) -> None:
    sandbox = serve(smtp={}, accounts={"users": {"ann": {"addresses": ["ann@onego.ru"]}}})
    server = smtplib.SMTP(HOST, port(sandbox))
    assert server.helo("me.test")[0] == 250
    assert server.ehlo("me.test")[0] == 250
    assert server.noop()[0] == 250
    assert b"MAIL FROM" in server.help()
    assert server.verify("ann") == (250, b"2.1.5 ann <ann@onego.ru>")
    assert server.verify("somebody@onego.ru")[0] == 252
    assert server.expn("ann") == (250, b"2.1.5 <ann@onego.ru>")
    assert server.expn("everybody")[0] == 250
    for number in range(3):
        assert server.mail("sender@onego.ru")[0] == 250
        assert server.rcpt("ann@onego.ru")[0] == 250
        assert server.data(f"Subject: {number}\r\n\r\ntext")[0] == 250
    assert server.mail("sender@onego.ru")[0] == 250
    assert server.rset()[0] == 250
    assert server.mail("sender@onego.ru")[0] == 250
    server.quit()
    assert [message.summary.subject for message in arrived(sandbox)] == ["0", "1", "2"]


def test_commands_by_hand_before_any_hello(serve: Serve) -> None:
    sandbox = serve(smtp={})
    server = smtplib.SMTP(HOST, port(sandbox))
    assert server.docmd("MAIL", "FROM:<a@onego.ru>")[0] == 250
    assert server.docmd("RCPT", "TO:<b@onego.ru>")[0] == 250
    assert server.docmd("DATA")[0] == 354
    server.send("Subject: by hand\r\n\r\ntext\r\n.\r\n")
    assert server.getreply()[0] == 250
    server.quit()
    assert arrived(sandbox)[0].summary.subject == "by hand"


def test_several_mails_in_one_session(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with smtplib.SMTP(HOST, port(sandbox)) as server:
        for number in range(5):
            letter = EmailMessage()
            letter["Subject"] = f"Письмо {number}"
            letter["From"] = "a@onego.ru"
            letter["To"] = "b@onego.ru, c@onego.ru"
            letter.set_content("Привет\n.\n..\n")
            server.send_message(letter)
    assert [m.summary.subject for m in arrived(sandbox)] == [f"Письмо {number}" for number in range(5)]


class TestExceptions:
    """The exceptions the lessons list, as ordinary settings provoke them."""

    def test_connect_error(self, serve: Serve) -> None:
        sandbox = serve(smtp={"limits": {"connections": 1}})
        with (
            smtplib.SMTP(HOST, port(sandbox)),
            pytest.raises(smtplib.SMTPConnectError, match="too many connections"),
        ):
            smtplib.SMTP(HOST, port(sandbox))

    def test_helo_error(self, serve: Serve) -> None:
        sandbox = serve(smtp={})
        with (
            smtplib.SMTP(HOST, port(sandbox), local_hostname=" ") as server,
            pytest.raises(smtplib.SMTPHeloError),
        ):
            server.sendmail("a@onego.ru", "b@onego.ru", "x")

    def test_sender_refused(self, serve: Serve) -> None:
        sandbox = serve(smtp={"max_message": 100})
        with (
            smtplib.SMTP(HOST, port(sandbox)) as server,
            pytest.raises(smtplib.SMTPSenderRefused, match=r"5\.3\.4"),
        ):
            server.sendmail("a@onego.ru", "b@onego.ru", "x" * 101)

    def test_recipients_refused(self, serve: Serve) -> None:
        sandbox = serve(smtp={"recipients": "listed"}, accounts={"users": {"ann": {}}})
        with smtplib.SMTP(HOST, port(sandbox)) as server:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                server.sendmail("a@onego.ru", ["eve@onego.ru"], "x")
            partly = server.sendmail("a@onego.ru", ["ann@onego.ru", "eve@onego.ru"], "x")
            assert [code for code, _ in partly.values()] == [550]

    def test_data_error(self, serve: Serve) -> None:
        sandbox = serve(smtp={"max_line": 1000})
        with smtplib.SMTP(HOST, port(sandbox)) as server, pytest.raises(smtplib.SMTPDataError):
            server.sendmail("a@onego.ru", "b@onego.ru", "x" * 2000)

    def test_authentication_error(self, serve: Serve) -> None:
        sandbox = serve(smtp={}, accounts={"refused_passwords": ["wrong"]})
        with smtplib.SMTP(HOST, port(sandbox)) as server:
            with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
                server.login("your_username", "wrong")
            assert isinstance(caught.value, smtplib.SMTPResponseException)
            assert caught.value.smtp_code == 535
            assert server.login("your_username", "your_password")[0] == 235

    def test_server_disconnected(self, serve: Serve) -> None:
        sandbox = serve(smtp={"limits": {"idle_timeout": 0.05}})
        server = smtplib.SMTP(HOST, port(sandbox))
        sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))
        assert server.noop()[0] == 421
        with pytest.raises(smtplib.SMTPServerDisconnected):
            server.noop()
