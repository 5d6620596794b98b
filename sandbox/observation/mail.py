"""One mail that was accepted, as a test looks at it: the envelope, the decoded header, the parts, links and codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.journal import TlsFacts
from sandbox.observation.codes import codes_of
from sandbox.stores.mail import Message

if TYPE_CHECKING:
    from sandbox.stores.mail.parts import Mail as Taken
    from sandbox.stores.mail.parts import Part


class Headers(Mapping[str, str]):
    """Header fields, decoded (RFC 2047), on one line each; names without regard to case.

    ``headers[name]`` is the first field of that name, ``all(name)`` has all of them, ``items()`` every field in order.
    """

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self.fields = fields

    def __getitem__(self, name: str) -> str:
        for value in self.all(name):
            return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.fields))

    def __len__(self) -> int:
        return len({name for name, _ in self.fields})

    def __repr__(self) -> str:
        return f"Headers({list(self.fields)!r})"

    def all(self, name: str) -> list[str]:
        """The values of all fields of that name, in order."""
        return [value for other, value in self.fields if other.lower() == name.lower()]


@dataclass(frozen=True)
class Mail:
    """A mail as it was accepted. Whatever its octets are, nothing here raises.

    ``sequence`` and ``time`` are its place on the timeline (0 if that is gone), time in seconds since the epoch.
    """

    message: Message
    sequence: int = 0

    def __str__(self) -> str:
        sender = f"<{self.sender}>" if not self.sender else self.sender
        return f"{sender} → {', '.join(self.recipients) or '(nobody)'}  {self.subject!r}"

    @property
    def id(self) -> str:
        """What the reply to DATA named it."""
        return self.message.id

    @property
    def time(self) -> float:
        """When it was accepted."""
        return self.message.received

    @property
    def raw(self) -> bytes:
        """The octets exactly as they were received."""
        return self.message.content

    @property
    def connection(self) -> int:
        """The number of the connection it came by."""
        return self.message.connection

    @property
    def tls(self) -> TlsFacts | None:
        """What TLS it came over, None if it came in plain text."""
        return self.message.tls

    @property
    def sender(self) -> str:
        """The sender of the envelope (MAIL FROM), empty for the null sender."""
        return self.message.envelope.sender if self.message.envelope else ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The recipients of the envelope (RCPT TO), also those that stand in no field."""
        return self.message.envelope.recipients if self.message.envelope else ()

    @property
    def user(self) -> str | None:
        """Who had logged in to send it, None if nobody had."""
        return self.message.envelope.user if self.message.envelope else None

    @property
    def helo(self) -> str:
        """What the client called itself."""
        return self.message.envelope.helo if self.message.envelope else ""

    @cached_property
    def headers(self) -> Headers:
        """The header fields."""
        return Headers(self._taken.fields)

    @property
    def subject(self) -> str:
        """The subject, decoded; empty if there is none."""
        return self.headers.get("Subject", "")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The leaves of the MIME tree, in order: ``media_type``, ``charset``, ``name`` (may be empty), ``content``, ``text``."""
        return self._taken.parts

    @property
    def text(self) -> str:
        """The plain text, with LF at the ends of lines; empty if there is none."""
        return _unix(self._taken.text)

    @property
    def html(self) -> str:
        """The HTML, with LF at the ends of lines; empty if there is none."""
        return _unix(self._taken.html)

    @property
    def attachments(self) -> tuple[Part, ...]:
        """What is neither the text nor the HTML: inline pictures (``is_inline``, ``content_id``) and messages, too."""
        return self._taken.attachments

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The http, https and ftp URLs of the text, then those the HTML links to; each once."""
        from sandbox.observation.links import links_of_html, links_of_text  # loads a parser of HTML

        return tuple(dict.fromkeys(links_of_text(self.text) + links_of_html(self.html)))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The one-time codes, the likeliest first: digits that the words around them call a code."""
        from sandbox.observation.links import text_of_html

        bodies = [self.text, text_of_html(self.html)]  # some texts say no more than that there is HTML
        return tuple(dict.fromkeys(code for body in bodies for code in codes_of(f"{self.subject}\n\n{body}")))

    @cached_property
    def _taken(self) -> Taken:
        from sandbox.stores.mail.parts import take_apart  # loads the email package

        return take_apart(self.message.content)


def _unix(part: Part | None) -> str:
    return part.text.replace("\r\n", "\n") if part is not None else ""
