"""multipart/form-data, taken apart (RFC 7578, RFC 2046 §5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

OCTETS = "application/octet-stream"
MAX_PARTS = 100_000
MAX_HEAD = 16 * 1024  # octets of the header fields of a part

# What a quoted string may hold here: browsers write %22 for a quote within, scripts a backslash before it.
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One field or file; ``filename`` is None for fields. ``media_type`` has its parameters."""

    name: str
    content: bytes
    filename: str | None = None
    media_type: str = OCTETS
    charset: str = "utf-8"


def parse_boundary(content_type: str) -> str | None:
    """The boundary a Content-Type field names, or None."""
    return _parameters(content_type).get("boundary") or None


def parse_parts(content: bytes, boundary: str) -> list[Part] | None:
    """The parts in order, or None if the delimiters or the head of a part are broken, or there are too many."""
    # A pattern that begins with fixed octets is looked for ten times as fast; the CR before them is cut off afterwards.
    delimiter = b"\n--" + re.escape(boundary.encode("utf-8", "surrogateescape"))
    if content.count(b"\n--" + boundary.encode("utf-8", "surrogateescape")) > MAX_PARTS:
        return None
    sections = re.split(delimiter + rb"(?=--|[ \t]{0,1000}\r?\n)", b"\n" + content)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        return None
    parts = [_part(section.removesuffix(b"\r")) for section in sections[1:-1]]
    return None if None in parts else [part for part in parts if part is not None]


def _part(section: bytes) -> Part | None:
    # The section begins with the rest of the delimiter's line.
    blank_line = _BLANK_LINE.search(section, 0, MAX_HEAD)
    if blank_line is None:
        return None
    head, content = section[: blank_line.start()], section[blank_line.end() :]
    fields = dict(_fields(head))
    disposition = _parameters(fields.get("content-disposition", ""))
    content_type = fields.get("content-type", "")
    return Part(
        name=disposition.get("name", ""),
        content=content,
        filename=disposition.get("filename"),
        media_type=content_type or OCTETS,
        charset=_parameters(content_type).get("charset") or "utf-8",
    )


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    unfolded = re.sub(r"\r?\n[ \t]+", " ", head.decode("utf-8", "replace"))
    for line in unfolded.splitlines():
        if (found := _FIELD.fullmatch(line)) is not None:
            yield found[1].lower(), found[2].strip()


def _parameters(value: str) -> dict[str, str]:
    """The parameters of a field, without quotes; an extended one (RFC 8187) wins over its plain fellow."""
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    for found in _PARAMETER.finditer(value):
        name, text = found[1].lower(), re.sub(r'\\([\\"])', r"\1", found[2] or "") or found[3] or ""
        if name.endswith("*"):
            charset, _, rest = text.partition("'")
            extended[name[:-1]] = _decoded(rest.partition("'")[2], charset)
        else:
            plain.setdefault(name, text)
    return plain | extended


def _decoded(escaped: str, charset: str) -> str:
    try:
        return unquote(escaped, charset or "utf-8", "replace")
    except LookupError:
        return unquote(escaped)
