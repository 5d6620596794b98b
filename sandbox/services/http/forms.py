"""Form data as browsers and scripts send it, in UTF-8 or in one of the older Russian charsets."""

from __future__ import annotations

import re

from aiohttp import web

from sandbox.services.http.aside import aside

FORM = "application/x-www-form-urlencoded"

_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2}){1,1000}")
_RUSSIAN = ("koi8-r", "windows-1251")
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
    return _ESCAPES.sub(
        lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode()), octets.replace(b"+", b" ")
    )


def _octets(part: str) -> bytes:
    return unescaped(part.encode("latin-1", "replace"))
