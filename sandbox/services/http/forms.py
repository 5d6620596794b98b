"""Form data as browsers and scripts send it, in UTF-8 or in one of the older Russian charsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiohttp import web

from sandbox.services.http.aside import aside

FORM = "application/x-www-form-urlencoded"

# A pattern that begins with a fixed octet is looked for ten times as fast.
_ESCAPES = re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2}){0,999}")
_RUSSIAN = ("koi8-r", "windows-1251")
PIECE = 256 * 1024  # octets without escapes that are searched for them in one go
_SAMPLE = 10_000  # octets of a long text that tell its charset


def parse_form(encoded: bytes | str) -> list[tuple[str, str]]:
    """The fields of a query or of a form body, in order. Never raises: octets of no known charset become text too."""
    text = encoded if isinstance(encoded, str) else encoded.decode("latin-1")
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    octets = [tuple(_octets(part) for part in (name, value)) for name, _, value in pairs]
    charset = charset_of(b"".join(name + value for name, value in octets))
    return [(name.decode(charset, "replace"), value.decode(charset, "replace")) for name, value in octets]


async def read_form(request: web.BaseRequest) -> list[tuple[str, str]]:
    """The fields of the request's body, none if it is no such form."""
    if media_type(request) != FORM:
        return []
    content = await request.read()
    return await aside(len(content), lambda: parse_form(content))


def media_type(request: web.BaseRequest) -> str:
    """The type of the body in lower case, without parameters; aiohttp takes long to tell them all apart."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def charset_of(octets: bytes) -> str:
    """UTF-8, or the Russian charset in which the octets are mostly small letters, as words are."""
    try:
        octets.decode()
    except UnicodeDecodeError:
        sample = octets[:_SAMPLE]
        return max(_RUSSIAN, key=lambda charset: sum(map(str.islower, sample.decode(charset, "replace"))))
    return "utf-8"


def unescaped(octets: bytes) -> bytes:
    """Octets of a form without their escapes. urllib's function keeps the interpreter for seconds with a large file."""
    return b"".join(_ESCAPES.sub(_unescaped, piece.replace(b"+", b" ")) for piece in _pieces(octets))


def _unescaped(run: re.Match[bytes]) -> bytes:
    return bytes.fromhex(run[0].replace(b"%", b"").decode())


def _pieces(octets: bytes) -> Iterator[bytes]:
    """Pieces that are quickly searched; no escape is cut in two."""
    start = 0
    while start < len(octets):
        end = start + PIECE
        escape = octets.rfind(b"%", end - 2, end)
        end = end if escape < 0 else escape
        yield octets[start:end]
        start = end


def _octets(part: str) -> bytes:
    return unescaped(part.encode("latin-1", "replace"))
