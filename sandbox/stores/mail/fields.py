"""The text of header fields, as people read it; whatever the octets are, nothing here raises."""

from __future__ import annotations

import re

LONGEST = 10_000  # characters of a field that are shown; decoding takes more than its share of time beyond

_WORD = r"=\?[^?\s]+\?[BbQq]\?[^?]*\?="
_WORDS = re.compile(rf"{_WORD}(?:\s+{_WORD})*")
_LANGUAGE = re.compile(r"(=\?[^?*\s]+)\*[^?\s]*(?=\?[BbQq]\?)")  # RFC 2231, 5


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
    whole = _LANGUAGE.sub(r"\1", words[0])
    try:
        return _read(whole)
    except ValueError:  # one that cannot be read does not spoil the others
        return re.sub(_WORD, _read_alone, whole)


def _read_alone(word: re.Match[str]) -> str:
    try:
        return _read(word[0])
    except ValueError:
        return word[0]


def _read(words: str) -> str:
    """Encoded words as text. Raises ValueError."""
    from email.errors import MessageError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(words)))
    except (LookupError, MessageError) as error:  # an unknown charset, no base64
        raise ValueError(str(error)) from error
