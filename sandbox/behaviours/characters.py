"""The pattern of the character generator (RFC 864)."""

from __future__ import annotations

WIDTH = 72  # characters in a line
DATAGRAM = 512  # most characters in a datagram (RFC 864)

_RING = bytes(range(0x20, 0x7F))  # the 95 printable ASCII characters


def _line(number: int) -> bytes:
    start = number % len(_RING)
    return (_RING[start:] + _RING)[:WIDTH] + b"\r\n"


#: The whole pattern, after which it begins again: each line starts one character later than the one before.
CYCLE = b"".join(_line(number) for number in range(len(_RING)))
