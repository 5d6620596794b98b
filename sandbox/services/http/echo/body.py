"""The body of a request as httpbin tells it: text or a data URL, the form in it, the files in it, the JSON in it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NoReturn

from sandbox.services.http.echo.asked import Pairs, parse_pairs
from sandbox.services.http.echo.multipart import OCTETS, Part, parse_boundary, parse_parts
from sandbox.stores.mail.charsets import codec_of

FORM = "application/x-www-form-urlencoded"

# What is taken apart in one go keeps the whole process waiting, in whatever thread: 2 MiB of JSON for 0.2 s at worst.
MAX_JSON = 2 * 1024 * 1024  # octets; longer bodies are told as text alone
MAX_FIELDS = 100_000  # of a form; one with more is told as text
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Body:
    """``data`` is empty when the body was a form; ``json`` is None unless the body is JSON, whatever type it claims."""

    data: str = ""
    form: Pairs = field(default_factory=list)
    files: Pairs = field(default_factory=list)
    json: Any = None


def understood(content: bytes, content_type: str) -> Body:
    """The body that the octets are, by their Content-Type field. Never raises."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == FORM and content.count(b"&") < MAX_FIELDS:
        return Body(form=_form(content))
    boundary = parse_boundary(content_type)
    if media_type == MULTIPART and boundary is not None:
        return _multipart(parse_parts(content, boundary) or [])
    return Body(data=text_or_url(content), json=_json(content))


def text_or_url(content: bytes, media_type: str = OCTETS) -> str:
    """The text, or a ``data:`` URL (RFC 2397) of octets that are no UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"data:{media_type};base64,{b64encode(content).decode()}"


def _multipart(parts: list[Part]) -> Body:
    return Body(
        form=[(part.name, _text(part)) for part in parts if part.filename is None],
        files=[
            (part.name, text_or_url(part.content, part.media_type))
            for part in parts
            if part.filename is not None
        ],
    )


def _form(content: bytes) -> Pairs:
    try:
        return parse_pairs(content.decode())
    except UnicodeDecodeError:  # what is not even escaped is no form
        return []


def _text(part: Part) -> str:
    return part.content.decode(codec_of(part.charset) or "utf-8", "replace")


def _json(content: bytes) -> Any:
    try:
        if not _may_be_json(content):
            return None
        return json.loads(content, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _may_be_json(content: bytes) -> bool:
    """``json.loads`` would also take UTF-16 and UTF-32, which RFC 8259 §8.1 gave up."""
    return len(content) <= MAX_JSON and json.detect_encoding(content) == "utf-8"


def _finite(number: str) -> float:
    value = float(number)
    return value if isfinite(value) else _no_constant(number)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} has no place in JSON (RFC 8259 §6)")
