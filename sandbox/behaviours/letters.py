"""Text turned round or put into capitals, whatever its encoding."""

from __future__ import annotations

import codecs
import re

_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_END = re.compile(rb"\r?\n\Z")


def reversed_lines(data: bytes) -> bytes:
    """Each line back to front, its end where it was.

    Characters are reversed where a line is UTF-8, bytes where it is not, as in the encodings of one byte.
    """
    return b"".join(_reversed(line) for line in _LINES.findall(data))


def _reversed(line: bytes) -> bytes:
    text = _END.sub(b"", line)
    end = line[len(text) :]
    try:
        return text.decode()[::-1].encode() + end
    except UnicodeDecodeError:
        return text[::-1] + end


class Capitals:
    """Puts a stream of UTF-8 into capitals; a character may come in pieces, what is no UTF-8 stays as it is."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def feed(self, data: bytes, *, final: bool = False) -> bytes:
        """As much as is decided by now; ``final`` when no more will come."""
        return self._decoder.decode(data, final).upper().encode("utf-8", "surrogateescape")
