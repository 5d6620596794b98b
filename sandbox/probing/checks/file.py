"""A server that hands out a file as JSON with base64 in it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Silent, Wrong

MAGIC = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8",
    ".jpeg": b"\xff\xd8",
    ".gif": b"GIF8",
    ".pdf": b"%PDF",
}
SILENT = "a client of this lesson only listens: send the JSON right after accept()"
EXPECTED = '{"filename": …, "filedata": base64}, then the end'


def _fits(seen: Observation) -> Fit:
    return 2 if seen.unasked.lstrip().startswith(b"{") else 0


def _fetched(dial: Dial) -> bytes:
    """All that comes until the server closes."""
    with dial.tcp() as talk:
        try:
            return talk.rest()
        except Silent:
            if not dial.record.came:
                raise
            dial.record.end = "the connection stayed open"
            raise Wrong(
                "the client reads until the end, and it does not come: close() the client's socket after sendall()"
            ) from None


def _hands_out(dial: Dial) -> str | None:
    data = _fetched(dial)
    document = _document(data)
    name, content = _field(document, "filename"), _field(document, "filedata")
    try:
        octets = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong(f"filedata is not base64 ({error}): base64.b64encode(octets).decode()") from None
    if not octets:
        raise Wrong("the file is empty")
    for suffix, magic in MAGIC.items():
        if name.lower().endswith(suffix) and not octets.startswith(magic):
            return f"{name} does not begin as a {suffix[1:].upper()} file does; was it opened with 'rb'?"
    return None


def _document(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise Wrong(_why(data, error)) from None
    if not isinstance(document, dict):
        raise Wrong("that is JSON, but no object with filename and filedata")
    return document


def _why(data: bytes, error: ValueError) -> str:
    if not data:
        return "the server closed without sending anything"
    if data.lstrip().startswith(b"{") and not data.rstrip().endswith(b"}"):
        return (
            f"the JSON breaks off after {len(data):,} octets: send() may send only a part, use sendall(),"
            " and close only after it"
        )
    return f"that is not JSON: {error}"


def _field(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise Wrong(f"the object has no text {name!r}; it has {', '.join(map(repr, document)) or 'nothing'}")
    return value


CHECK = Check(
    name="file",
    title="the server speaks first: a file as JSON and base64, then it closes",
    transport="tcp",
    ports=(5566,),
    fits=_fits,
    steps=(Step("hands out a file", EXPECTED, _hands_out, SILENT),),
)
