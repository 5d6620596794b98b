"""The mails a new mailbox starts with: a greeting, one in Russian with an attachment, and one over 32,000 octets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime


def sample_mails(user: str, hostname: str, now: float) -> Iterator[bytes]:
    """The sample mails for a user, in CRLF form; ``now`` is in seconds since the epoch."""
    address = user if "@" in user else f"{user}@{hostname}"
    for number, build in enumerate((_welcome, _russian, _long), start=1):
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"Sandbox <postmaster@{hostname}>"
        mail["To"] = address
        mail["Date"] = format_datetime(datetime.fromtimestamp(int(now), UTC))
        mail["Message-ID"] = f"<sample-{number}@{hostname}>"
        build(mail)
        yield mail.as_bytes()


def _welcome(mail: EmailMessage) -> None:
    mail["Subject"] = "Welcome to the sandbox"
    mail.set_content(
        "This mailbox appeared when you first used it.\n\n"
        "Mail sent to it by SMTP arrives at once, and POP3, IMAP and HTTP show the same messages.\n"
        ".\n"
        "The line above is a single dot: watch how POP3 transfers it.\n"
    )


def _russian(mail: EmailMessage) -> None:
    mail["Subject"] = "Письмо с вложением"
    mail.set_content("Здравствуйте!\n\nЭто письмо написано по-русски, к нему приложен файл.\n", cte="base64")
    mail.add_attachment(
        "имя,возраст\nАнна,20\nБорис,21\n".encode(), maintype="text", subtype="csv", filename="список.csv"
    )
    mail.set_boundary("=_sandbox_sample_=")


def _long(mail: EmailMessage) -> None:
    mail["Subject"] = "A long message"
    mail.set_content("".join(f"{line:5d} {'.' * 60}\n" for line in range(1, 601)))
