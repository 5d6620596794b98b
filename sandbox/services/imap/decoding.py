"""From the octets of a mail to text: charsets, encoded words, transfer encodings. Nothing here ever fails."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from sandbox.stores.mail.charsets import codec_of

_WORD = re.compile(rb"=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode_text(data: bytes, charset: bytes | None) -> str:
    """Text in the charset it declares; without one, or with an unknown one, UTF-8 if it is that, else Latin-1."""
    codec = _codec(charset) if charset else None
    if codec is not None:
        return data.decode(codec, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def decode_words(value: bytes) -> str:
    """An unfolded field value with its encoded words decoded (RFC 2047); raw 8-bit text is tolerated."""
    if b"=?" not in value:
        return decode_text(value, None)
    return "".join(decode_text(data, charset) for charset, data in _runs(value))


def decode_transfer(data: bytes, encoding: bytes) -> bytes:
    """A body without its Content-Transfer-Encoding (RFC 2045 §6); as it is if the encoding is unknown."""
    match encoding.lower():
        case b"base64":
            return _from_base64(data)
        case b"quoted-printable":
            return binascii.a2b_qp(data)
        case _:
            return data


def _runs(value: bytes) -> Iterator[tuple[bytes | None, bytes]]:
    """Octets with their charset. Neighbouring words of one charset are one run: some mailers cut characters apart."""
    charset: bytes | None = None
    run: list[bytes] = []
    position = 0
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        if between.strip() or position == 0:
            yield charset, b"".join(run)
            yield None, between
            charset, run = None, []
        if word[1].lower() != charset:
            yield charset, b"".join(run)
            charset, run = word[1].lower(), []
        run.append(_word_octets(word[2], word[3]))
        position = word.end()
    yield charset, b"".join(run)
    yield None, value[position:]


def _word_octets(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"bB":
        return _from_base64(text)
    return binascii.a2b_qp(text, header=True)


def _from_base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        digits = _NOT_BASE64.sub(b"", data)
        whole = len(digits) - (len(digits) % 4 == 1)
        return binascii.a2b_base64(digits[:whole] + b"=" * (-whole % 4))


@lru_cache(maxsize=128)
def _codec(charset: bytes) -> str | None:
    """Python's name for a charset, or None."""
    return codec_of(charset[:40].decode("latin-1"))
