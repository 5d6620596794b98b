"""The body of a request as httpbin tells it: text or a data URL, the form in it, the files in it, the JSON in it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NoReturn

from sandbox.services.http.echo.asked import Pairs, parse_pairs
from sandbox.services.http.echo.multipart import OCTETS, Part, parse_boundary, parse_parts

FORM = "application/x-www-form-urlencoded"
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
    if media_type == FORM:
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
    try:
        return part.content.decode(part.charset, "replace")
    except LookupError:
        return part.content.decode("utf-8", "replace")


def _json(content: bytes) -> Any:
    try:
        if not _is_utf8(content):
            return None
        return json.loads(content, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _is_utf8(content: bytes) -> bool:
    """``json.loads`` would also take UTF-16 and UTF-32, which RFC 8259 §8.1 gave up."""
    return json.detect_encoding(content) == "utf-8"


def _finite(number: str) -> float:
    value = float(number)
    return value if isfinite(value) else _no_constant(number)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} has no place in JSON (RFC 8259 §6)")
