"""The text of header fields, as people read it; whatever the octets are, nothing here raises."""

from __future__ import annotations

import re

LONGEST = 10_000  # characters of a field that are shown; decoding takes more than its share of time beyond

_WORD = r"=\?[^?\s]+\?[BbQq]\?[^?]*\?="
_WORDS = re.compile(rf"{_WORD}(?:\s+{_WORD})*")


def field_text(value: object) -> str:
    """A field value, as the email package's compat32 policy gives it, unfolded and with encoded words decoded (RFC 2047).

    Raw 8-bit octets are read as UTF-8 if they are that (RFC 6532), else as Latin-1.
    """
    text = _raw_text(value)[:LONGEST].replace("\r", "").replace("\n", "")
    return _WORDS.sub(_decoded, text)


def _raw_text(value: object) -> str:
    from email.header import Header, decode_header  # not needed for a start

    if isinstance(value, Header):  # what has 8-bit octets; str() would replace them
        octets = b"".join(
            part if isinstance(part, bytes) else part.encode() for part, _ in decode_header(value)
        )
    else:
        octets = str(value).encode("utf-8", "surrogateescape")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _decoded(words: re.Match[str]) -> str:
    from email.errors import MessageError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(words[0])))
    except (
        LookupError,
        ValueError,
        MessageError,
    ):  # an unknown charset, octets that are none of it, no base64
        return words[0]
