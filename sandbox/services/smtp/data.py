"""The octets of a message as DATA sends them (RFC 5321 §4.5.2)."""

from __future__ import annotations

import re

_END = b"\r\n.\r\n"

_BARE_LF_ONE_DOT = re.compile(rb"(?<!\r)\n\.(?!\.)")
_BARE_LF_TWO_DOTS = re.compile(rb"(?<!\r)\n\.\.")


class DataBuffer:
    """Collects what follows DATA until its end, in pieces of any size.

    Only CRLF.CRLF is the end, whatever else looks like it: a server that takes less lets one mail smuggle in
    another. Everything else is kept as it came: bare CR and LF, NUL, 8-bit octets. What is longer than ``limit``
    octets is read to its end but not kept. A client that stuffs behind bare LFs too, as smtplib, is understood.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        # It starts with the end of the DATA line, so that a dot right after it is an end as well.
        self._raw = bytearray(b"\r\n")
        # Stuffing makes a message at most a third longer: each line of "." has become "..".
        self._room = limit + limit // 3 + len(_END)
        self._overrun = False

    def feed(self, piece: bytes) -> bytes | None:
        """Add a piece; once the end has come, returns what was received behind it, else None."""
        kept = len(_END) - 1
        searched = max(len(self._raw) - kept, 0)
        self._raw += piece
        end = self._raw.find(_END, searched)
        if end < 0:
            if len(self._raw) > self._room:
                self._overrun = True
                del self._raw[:-kept]
            return None
        rest = bytes(self._raw[end + len(_END) :])
        del self._raw[end + 2 :]
        return rest

    def content(self) -> bytes | None:
        """The message without dot-stuffing, or None if it is longer than the limit."""
        if self._overrun:
            return None
        unstuffed = _without_stuffing_behind_bare_lf(bytes(memoryview(self._raw)[2:]))
        content = unstuffed.removeprefix(b".").replace(b"\r\n.", b"\r\n")
        return content if len(content) <= self.limit else None


def _without_stuffing_behind_bare_lf(stuffed: bytes) -> bytes:
    # smtplib sends bytes with the line ends they have, and stuffs behind a bare LF as well. That shows: a client
    # which stuffs behind CRLF only leaves single dots there, and then nothing was stuffed.
    if stuffed.count(b"\n.") == stuffed.count(b"\r\n."):
        return stuffed
    return stuffed if _BARE_LF_ONE_DOT.search(stuffed) else _BARE_LF_TWO_DOTS.sub(b"\n.", stuffed)


def has_long_line(content: bytes, limit: int) -> bool:
    """Whether a line is longer than ``limit`` octets, its LF included."""
    start = 0
    # From the last LF within reach to the next: lines need not be looked at one by one.
    while len(content) - start > limit:
        end = content.rfind(b"\n", start, start + limit)
        if end < 0:
            return True
        start = end + 1
    return False
