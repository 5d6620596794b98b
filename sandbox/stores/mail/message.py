"""A message as it was received: the octets, and beside them, never inside, what else is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.journal import TlsFacts
from sandbox.stores.mail.fields import field_text

if TYPE_CHECKING:
    from email.message import Message as Header


#: Octets of a header section that are read for lists and pages; 30 MB of fields would hold up everybody for minutes.
MAX_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was said in the SMTP dialogue (RFC 5321 §2.3.1); the sender is empty for ``MAIL FROM:<>``."""

    sender: str
    recipients: tuple[str, ...]
    helo: str = ""
    user: str | None = None
    smtputf8: bool = False
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The header fields a list of messages shows, decoded (RFC 2047); empty where the message has none."""

    sender: str
    recipients: str
    subject: str
    date: str
    message_id: str


@dataclass(frozen=True)
class Message:
    """One message, octet for octet. ``received`` is in seconds since the epoch, ``connection`` where it came in.

    ``id`` is unique in the store. ``envelope`` is None for messages that did not come by SMTP.
    """

    id: str
    content: bytes = field(repr=False)
    received: float
    connection: int = 0
    envelope: Envelope | None = None
    tls: TlsFacts | None = None

    @cached_property
    def summary(self) -> Summary:
        """The decoded header fields; parsed when first asked for, since parsing costs more than storing."""
        header = self.header
        return Summary(
            sender=field_text(header.get("From", "")),
            recipients=field_text(header.get("To", "")),
            subject=field_text(header.get("Subject", "")),
            date=field_text(header.get("Date", "")),
            message_id=field_text(header.get("Message-ID", "")),
        )

    @property
    def header(self) -> Header:
        """The header section, as :func:`parse_header` reads it."""
        return parse_header(self.content)


def parse_header(content: bytes) -> Header:
    """The beginning of the header section, leniently parsed; never raises, whatever the octets are."""
    from email.parser import BytesHeaderParser  # not needed for a start

    return BytesHeaderParser().parsebytes(content[: min(header_end(content), MAX_HEADER)])


def header_end(content: bytes) -> int:
    """Where the header section ends; the end of the message if that is not within :data:`MAX_HEADER`."""
    limit = MAX_HEADER + 2
    ends = [content.find(blank_line, 0, limit) for blank_line in (b"\r\n\r\n", b"\n\n")]
    ends = [end for end in ends if end >= 0]
    return min(ends) + 2 if ends else len(content)
