"""Messages taken apart for lists, views and searches; kept, since clients ask for the same ones again and again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property, lru_cache
from html import unescape

from sandbox.net.threads import in_thread
from sandbox.stores.mail import Message, field_text
from sandbox.stores.mail.parts import Mail, Part, take_apart

SNIPPET = 250  # characters


@dataclass(frozen=True, slots=True)
class Person:
    """A name, often empty, and an address."""

    name: str
    address: str


@dataclass(frozen=True)
class Parsed:
    """A message and what its octets say."""

    message: Message
    mail: Mail

    def people(self, field: str) -> tuple[Person, ...]:
        """Those whom a header field names."""
        values = [value for name, value in self.mail.fields if name.lower() == field.lower()]
        return tuple(Person(name, address) for name, address in getaddresses(values) if name or address)

    def field(self, wanted: str) -> str:
        """The first header field of that name, decoded; empty if there is none."""
        return next((value for name, value in self.mail.fields if name.lower() == wanted.lower()), "")

    @cached_property
    def hidden(self) -> tuple[Person, ...]:
        """Recipients of the envelope whom no header names, and those of Bcc."""
        envelope = self.message.envelope
        named = {each.address.lower() for field in ("To", "Cc", "Bcc") for each in self.people(field)}
        rest = envelope.recipients if envelope else ()
        return (*self.people("Bcc"), *(Person("", each) for each in rest if each.lower() not in named))

    @property
    def text(self) -> str:
        """The plain text."""
        return self.mail.text.text if self.mail.text else ""

    @property
    def html(self) -> str:
        """The HTML."""
        return self.mail.html.text if self.mail.html else ""

    @property
    def inline(self) -> tuple[Part, ...]:
        """What the HTML shows within itself."""
        return tuple(part for part in self.mail.attachments if _is_inline(part))

    @property
    def attachments(self) -> tuple[Part, ...]:
        """What is attached."""
        return tuple(part for part in self.mail.attachments if not _is_inline(part))

    @cached_property
    def snippet(self) -> str:
        """The beginning of the text."""
        text = self.text or unescape(re.sub(r"(?s)<(style|script)\b.*?</\1>|<[^>]*>", " ", self.html))
        return " ".join(text[: 20 * SNIPPET].split())[:SNIPPET]

    @cached_property
    def date(self) -> datetime:
        """The Date field, or the arrival if it cannot be read."""
        try:
            date = parsedate_to_datetime(self.field("Date"))
        except (TypeError, ValueError, IndexError):
            date = datetime.fromtimestamp(self.message.received, UTC)
        return date if date.tzinfo else date.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Who sent a message and who was to have it, in its header and its envelope."""

    sender: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str


@lru_cache(maxsize=4096)
def addresses(message: Message) -> Addresses:
    """The addresses of a message; only its header is looked at."""
    header, envelope = message.header, message.envelope

    def named(*fields: str) -> list[str]:
        values = [field_text(value) for field in fields for value in header.get_all(field, [])]
        return [address for _, address in getaddresses(values) if address]

    sender, recipients = named("From"), named("To", "Cc", "Bcc")
    if envelope is not None:
        sender.append(envelope.sender)
        recipients.extend(envelope.recipients)
    return Addresses(tuple(dict.fromkeys(sender)), tuple(dict.fromkeys(recipients)), message.summary.subject)


async def parsed(messages: Sequence[Message]) -> list[Parsed]:
    """The messages taken apart, in a thread: that takes as long as their senders want."""
    return await in_thread(lambda: [_parsed(message) for message in messages]) if messages else []


@lru_cache(maxsize=1024)
def _parsed(message: Message) -> Parsed:
    return Parsed(message, take_apart(message.content))


def _is_inline(part: Part) -> bool:
    return not part.is_attachment and bool(part.is_inline or part.content_id)
