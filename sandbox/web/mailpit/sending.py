"""A message made from JSON, delivered as if it had come by SMTP."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sandbox.journal import Fact
from sandbox.stores.mail import Envelope
from sandbox.web.mailpit.box import Box
from sandbox.web.mailpit.lists import AT
from sandbox.web.mailpit.shapes import Confirmation, Enclosure, Mailbox, NewMessage
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation


class Sending:
    """``POST /api/v1/send``."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def operations(self) -> Iterator[Operation]:
        """The one operation."""
        yield Operation(
            method="POST",
            path=f"{AT}/send",
            name="mailpit_send",
            summary="Make a message and deliver it",
            handler=self._send,
            body=NewMessage,
            answer=Confirmation,
        )

    async def _send(self, asked: Asked) -> Confirmation:
        wanted: NewMessage = asked.body
        context = self._box.context
        recipients = _recipients(wanted)
        if not recipients:
            raise ProblemError(400, "The message has no recipients.")
        number = len(context.mail.messages) + 1
        message_id = f"<{number}.{context.clock():.6f}@{context.hostname}>"
        content = _written(wanted, context.clock(), message_id)
        envelope = Envelope(wanted.From.Email, recipients)
        message = context.mail.new_message(content, envelope=envelope)
        owners = [owner for each in recipients for owner in context.accounts.owners(each)]
        context.mail.deliver(message, owners)
        details = {
            "id": message.id,
            "sender": envelope.sender,
            "recipients": list(recipients),
            "size": len(content),
        }
        context.journal.append(Fact(0, "control", "mail.accepted", details))
        if wanted.Tags:
            self._box.set_tags(message, wanted.Tags)
        return Confirmation(ID=message.id)


def _recipients(wanted: NewMessage) -> tuple[str, ...]:
    named = [each.Email for each in (*(wanted.To or ()), *(wanted.Cc or ()))]
    return tuple(dict.fromkeys([*named, *(wanted.Bcc or ())]))


def _written(wanted: NewMessage, now: float, message_id: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    try:
        _write_header(mail, wanted, now, message_id)
        mail.set_content(wanted.Text)
        if wanted.HTML:
            mail.add_alternative(wanted.HTML, subtype="html")
        for enclosure in wanted.Attachments or ():
            _enclose(mail, enclosure)
        return mail.as_bytes()
    except (ValueError, IndexError, TypeError, MessageError) as error:
        raise ProblemError(400, f"{error}") from None


def _write_header(mail: EmailMessage, wanted: NewMessage, now: float, message_id: str) -> None:
    mail["From"] = _address(wanted.From)
    for name, people in (("To", wanted.To), ("Cc", wanted.Cc), ("Reply-To", wanted.ReplyTo)):
        if people:
            mail[name] = _addresses(people)
    mail["Subject"] = wanted.Subject
    given = wanted.Headers or {}
    known = {name.lower() for name in given}
    if "date" not in known:
        mail["Date"] = format_datetime(datetime.fromtimestamp(int(now), UTC))
    if "message-id" not in known:
        mail["Message-ID"] = message_id
    for name, value in given.items():
        del mail[name]
        mail[name] = value


def _address(person: Mailbox) -> Address:
    return Address(person.Name, addr_spec=person.Email)


def _addresses(people: Sequence[Mailbox]) -> list[Address]:
    return [_address(person) for person in people]


def _enclose(mail: EmailMessage, enclosure: Enclosure) -> None:
    try:
        content = base64.b64decode(enclosure.Content, validate=True)
    except binascii.Error:
        raise ValueError(f"{enclosure.Filename}: the content is no base64") from None
    guessed = (
        enclosure.ContentType or mimetypes.guess_type(enclosure.Filename)[0] or "application/octet-stream"
    )
    maintype, _, subtype = guessed.partition("/")
    mail.add_attachment(
        content,
        maintype=maintype,
        subtype=subtype or "octet-stream",
        filename=enclosure.Filename,
        disposition="inline" if enclosure.ContentID else "attachment",
        cid=f"<{enclosure.ContentID}>" if enclosure.ContentID else None,
    )
