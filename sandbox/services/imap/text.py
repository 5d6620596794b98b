"""The text of a message as SEARCH sees it: decoded, and folded so that case does not matter (RFC 3501 §6.4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sandbox.services.imap.bodystructure import transfer_encoding
from sandbox.services.imap.collation import folded
from sandbox.services.imap.decoding import decode_text, decode_transfer, decode_words
from sandbox.services.imap.header import Header
from sandbox.services.imap.memo import remembered
from sandbox.services.imap.parameters import parameter
from sandbox.services.imap.structure import Part, structure


class Text:
    """The searchable text of one message, decoded when first asked for."""

    def __init__(self, content: bytes) -> None:
        self._message = structure(content)
        self._fields: dict[bytes, list[str]] = {}

    def field(self, name: bytes) -> list[str]:
        """The decoded, folded values of all fields of that name (in lower case)."""
        if name not in self._fields:
            self._fields[name] = [folded(decode_words(value)) for value in self._message.header.all(name)]
        return self._fields[name]

    @cached_property
    def body(self) -> str:
        """All text parts, reports of delivery, and what attached messages say; no MIME headers."""
        return folded("\n".join(_bodies(self._message)))

    @cached_property
    def headers(self) -> str:
        """The header of the message and those of its parts."""
        return folded("\n".join(_headers(self._message)))


@remembered
def searchable(content: bytes) -> Text:
    """The text of a message."""
    return Text(content)


def _bodies(part: Part) -> Iterator[str]:
    if part.is_message:
        yield _header_text(part.children[0].header)
    for child in part.children:
        yield from _bodies(child)
    # Reports of delivery and the like are lines to be read (RFC 3464 §2.1); a message that was taken apart is not said twice.
    if part.is_text or (not part.children and part.media.type.lower() == b"message"):
        octets = decode_transfer(part.body, transfer_encoding(part) or b"7bit")
        yield decode_text(octets, _charset(part))


def _charset(part: Part) -> bytes | None:
    # The default of a part that declares nothing is a guess, and a wrong one for raw 8-bit text.
    return parameter(part.media.parameters, b"charset") if part.media.declared else None


def _headers(part: Part) -> Iterator[str]:
    yield _header_text(part.header)
    for child in part.children:
        yield from _headers(child)


def _header_text(header: Header) -> str:
    lines = (
        header.content[field.start : field.value] + b" " + header.value(field) for field in header.fields
    )
    return "\n".join(map(decode_words, lines))
