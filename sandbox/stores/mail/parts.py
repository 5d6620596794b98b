"""A message taken apart for showing; whatever its octets are, nothing here raises."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.stores.mail.charsets import codec_of
from sandbox.stores.mail.fields import field_text
from sandbox.stores.mail.message import MAX_HEADER, header_end, parse_header

if TYPE_CHECKING:
    from email.message import Message as Mime

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_UNKNOWN = "application/octet-stream"

#: Lines that may be delimiters of a multipart; a mail of 600,000 parts takes minutes to be shown.
MAX_DELIMITERS = 4000


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of the MIME tree. ``number`` counts the leaves from 1, ``charset`` is empty for what is no text.

    A message within the message is one leaf, with its octets as content. ``content_id`` is without its angle brackets
    (RFC 2392).
    """

    number: int
    media_type: str
    charset: str
    name: str
    content: bytes = field(repr=False)
    is_attachment: bool
    content_id: str = ""
    is_inline: bool = False

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(self.charset or "utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Mail:
    """The header fields, decoded, in their order, and the leaves."""

    fields: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]

    @property
    def text(self) -> Part | None:
        """The first part to be read as plain text."""
        return self._first("text/plain")

    @property
    def html(self) -> Part | None:
        """The first part to be read as HTML."""
        return self._first("text/html")

    @property
    def attachments(self) -> tuple[Part, ...]:
        """What is neither of them."""
        shown = [part.number for part in (self.text, self.html) if part is not None]
        return tuple(part for part in self.parts if part.number not in shown)

    def _first(self, media_type: str) -> Part | None:
        return next((p for p in self.parts if p.media_type == media_type and not p.is_attachment), None)


def take_apart(content: bytes) -> Mail:
    """The header and the leaves of a message; one that has too much of either is a single leaf, as it is."""
    fields = tuple((name, decoded(value)) for name, value in parse_header(content).items())
    leaves = _leaves_of(content)
    if leaves is None:
        return Mail(fields, (Part(1, "text/plain", "utf-8", "", content, is_attachment=False),))
    return Mail(fields, tuple(_part(number, leaf) for number, leaf in enumerate(leaves, start=1)))


def decoded(value: object) -> str:
    """The text of a header field (RFC 2047), on one line."""
    return " ".join(field_text(value).encode("utf-8", "replace").decode().split())


def _leaves_of(content: bytes) -> list[Mime] | None:
    import email  # not needed for a start

    if header_end(content) > MAX_HEADER or content.count(b"\n--") > MAX_DELIMITERS:
        return None
    try:
        # The compat32 policy: the newer ones raise on some of the headers that people send.
        return list(_leaves(email.message_from_bytes(content)))
    except RecursionError:  # multiparts within multiparts, hundreds deep
        return None


def _leaves(mime: Mime) -> Iterator[Mime]:
    """Whoever looks into a message that is attached takes its text for that of the mail."""
    if mime.is_multipart() and mime.get_content_maintype() != "message":
        for part in mime.get_payload():
            assert not isinstance(part, str)
            yield from _leaves(part)
    else:
        yield mime


def _content(leaf: Mime) -> bytes:
    if leaf.is_multipart():  # a message, or the blocks of a delivery status (RFC 3464)
        return b"".join(_octets(part) for part in leaf.get_payload() if not isinstance(part, str))
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _octets(message: Mime) -> bytes:
    from email.generator import BytesGenerator
    from email.policy import compat32

    octets = io.BytesIO()
    policy = compat32.clone(linesep="\r\n", max_line_length=None)  # no line is folded that was not
    try:
        BytesGenerator(octets, mangle_from_=False, policy=policy).flatten(message)
    except (
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ):  # what it makes of broken headers
        return b""
    return octets.getvalue()


def _part(number: int, leaf: Mime) -> Part:
    media_type = leaf.get_content_type()
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = _UNKNOWN
    return Part(
        number=number,
        media_type=media_type,
        charset=_charset(leaf) if media_type.startswith("text/") else "",
        name=_name(leaf),
        content=_content(leaf),
        is_attachment=leaf.get_content_disposition() == "attachment",
        content_id=decoded(leaf.get("Content-ID", "")).strip("<> "),
        is_inline=leaf.get_content_disposition() == "inline",
    )


def _charset(leaf: Mime) -> str:
    try:
        return codec_of(leaf.get_content_charset() or "") or "utf-8"
    except (LookupError, ValueError, TypeError):  # a broken RFC 2231 parameter
        return "utf-8"


def _name(leaf: Mime) -> str:
    try:
        return decoded(leaf.get_filename() or "")
    except (LookupError, ValueError, TypeError):  # a broken RFC 2231 parameter
        return ""
