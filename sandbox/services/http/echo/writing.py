"""JSON as httpbin writes it, piece by piece: no piece takes so long that others would notice.

Of Python's encoder a single text comes in one piece, and 60 MB of them keep the whole process waiting for a second,
in whatever thread.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PIECE = 256 * 1024  # characters of a text that are written in one go
BLOCK = 64 * 1024  # octets that are sent together, at least


def written(value: Any, end: str = "\n") -> Iterator[str]:
    """The same as ``json.dumps(value, indent=2, sort_keys=True)``, for texts as names, in pieces.

    ``end`` is the line end with the blanks that the value is indented by. Raises RecursionError for what is nested
    too deeply.
    """
    inner = end + "  "
    match value:
        case str():
            yield from _text(value)
        case Mapping() if value:
            for number, (name, each) in enumerate(sorted(value.items(), key=lambda item: item[0])):
                yield f"{',' if number else '{'}{inner}"
                yield from _text(name)
                yield ": "
                yield from written(each, inner)
            yield end + "}"
        case list() if value:
            for number, each in enumerate(value):
                yield f"{',' if number else '['}{inner}"
                yield from written(each, inner)
            yield end + "]"
        case _:
            yield json.dumps(value)


def blocks(pieces: Iterable[str]) -> Iterator[bytes]:
    """The pieces of an ASCII text, with a line end behind the last, put together to be sent."""
    block = bytearray()
    for piece in pieces:
        block += piece.encode()
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block) + b"\n"


def _text(value: str) -> Iterator[str]:
    if len(value) <= PIECE:
        yield json.dumps(value)
        return
    yield '"'
    for start in range(0, len(value), PIECE):
        yield json.dumps(value[start : start + PIECE])[1:-1]
    yield '"'
