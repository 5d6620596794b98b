"""Parameters that were cut into pieces, as ``name*0`` and ``name*1*`` (RFC 2231 §3 and §4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote_from_bytes

_PIECE = re.compile(rb"([^*]++)\*(0|[1-9][0-9]{0,4})(\*?)")
_UNQUOTED = "!#$&+-.^_`{|}~"  # what may stand in an extended value beside letters and digits (RFC 2231 §7)


def joined(parameters: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The parameters with those in pieces put together, where the first of the pieces stood.

    IMAP servers do that for their clients (RFC 2231 §6), but leave charset and percent signs of ``name*`` to them.
    What comes behind a missing piece stays as it is.
    """
    parameters = list(parameters)
    found = [_PIECE.fullmatch(attribute) for attribute, _ in parameters]
    if not any(found):
        yield from parameters
        return
    pieces: dict[bytes, dict[int, tuple[bytes, bool]]] = {}
    for piece, (_, value) in zip(found, parameters, strict=True):
        if piece is not None:
            pieces.setdefault(piece[1].lower(), {}).setdefault(int(piece[2]), (value, bool(piece[3])))
    wholes = {name: _in_order(numbered) for name, numbered in pieces.items()}
    told: set[bytes] = set()
    for piece, parameter in zip(found, parameters, strict=True):
        name = piece[1].lower() if piece is not None else b""
        if piece is None or int(piece[2]) >= len(wholes[name]):
            yield parameter
        elif name not in told:
            told.add(name)
            yield _whole(piece[1], wholes[name])


def _in_order(numbered: dict[int, tuple[bytes, bool]]) -> list[tuple[bytes, bool]]:
    """The pieces from number 0 to the first that is missing."""
    pieces: list[tuple[bytes, bool]] = []
    while len(pieces) in numbered:
        pieces.append(numbered[len(pieces)])
    return pieces


def _whole(name: bytes, pieces: list[tuple[bytes, bool]]) -> tuple[bytes, bytes]:
    """Name and value; if one piece is in the extended notation, all of them are then."""
    if not any(extended for _, extended in pieces):
        return name, b"".join(value for value, _ in pieces)
    charset = b"" if pieces[0][1] else b"''"
    values = (
        value if extended else quote_from_bytes(value, safe=_UNQUOTED).encode() for value, extended in pieces
    )
    return name + b"*", charset + b"".join(values)
