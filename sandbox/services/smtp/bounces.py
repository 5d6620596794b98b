"""Mail that is accepted and then returned, with a delivery status notification (RFC 3464)."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import formatdate

from sandbox.net.connection import Connection
from sandbox.service import Context
from sandbox.services.smtp.magic import reserved_word
from sandbox.stores import mail


def is_bounce(address: str) -> bool:
    """Whether mail to the recipient comes back."""
    return reserved_word(address) == "bounce"


def return_to_sender(
    message: mail.Message, recipients: Sequence[str], context: Context, connection: Connection
) -> None:
    """Tell the sender that the message did not reach the recipients; nobody, if it had none (RFC 5321 §4.5.5)."""
    sender = message.envelope.sender if message.envelope is not None else ""
    if not sender:
        return
    content = notification(message, sender, recipients, context.hostname, context.clock())
    envelope = mail.Envelope(sender="", recipients=(sender,), helo=context.hostname)
    report = context.mail.new_message(content, connection=connection.number, envelope=envelope)
    context.mail.deliver(report, context.accounts.owners(sender))
    connection.note("mail.bounced", id=message.id, report=report.id, sender=sender, recipients=[*recipients])


def notification(
    message: mail.Message, sender: str, recipients: Sequence[str], hostname: str, now: float
) -> bytes:
    """The report: what happened in words, the same for programs, and the header of the message (RFC 3462)."""
    boundary = f"bounce-{message.id}"
    date = formatdate(now)
    header = message.content.partition(b"\r\n\r\n")[0]
    told = "\n".join(f"  <{recipient}>: 550 5.1.1 User unknown" for recipient in recipients)
    status = "\n\n".join(
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown"
        for recipient in recipients
    )
    text = f"""\
From: Mail Delivery System <MAILER-DAEMON@{hostname}>
To: <{sender}>
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <{boundary}@{hostname}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"

--{boundary}
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Your message could not be delivered to

{told}

--{boundary}
Content-Type: message/delivery-status

Reporting-MTA: dns; {hostname}
Arrival-Date: {formatdate(message.received)}

{status}

--{boundary}
Content-Type: text/rfc822-headers

"""
    end = f"\n\n--{boundary}--\n"
    return text.replace("\n", "\r\n").encode() + header + end.replace("\n", "\r\n").encode()
