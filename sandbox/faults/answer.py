"""How the answers of HTTP are bent: the stream is read as far as the head and the length of the body are told."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable

from sandbox.faults.stage import Piece, Stage

_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d ")
_LENGTH = re.compile(rb"^Content-Length: *(\d+) *\r\n", re.IGNORECASE | re.MULTILINE)


class AnswerStage(Stage):
    """Bends the head of the next answer of a connection, and ends the connection within it; interim answers pass."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._in_body = False
        self._left: int | None = None

    def bend(self, piece: Piece) -> Iterable[Piece]:
        if self._left == 0:
            return
        said = self._body(piece.data) if self._in_body else self._heard(piece.data)
        if said:
            yield Piece(piece.due, said)
        if self._left == 0:
            yield Piece(piece.due, end="close")
        elif piece.end is not None:
            yield Piece(piece.due, bytes(self._head), piece.end)

    def end_after(self, octets: int) -> None:
        """Let only so many octets of the body pass, then end the connection."""
        self._left = octets

    @abstractmethod
    def head(self, head: bytes) -> bytes:
        """What becomes of the head, which ends with its empty line."""

    def _heard(self, data: bytes) -> bytes:
        self._head += data
        said = b""
        while not self._in_body and b"\r\n\r\n" in self._head:
            head, end, rest = bytes(self._head).partition(b"\r\n\r\n")
            self._head = bytearray(rest)
            self._in_body = _INTERIM.match(head) is None
            said += self.head(head + end) if self._in_body else head + end
        if self._in_body:
            said += self._body(bytes(self._head))
            self._head.clear()
        return said

    def _body(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        part = data[: self._left]
        self._left -= len(part)
        return part


def length_of(head: bytes) -> int | None:
    """The Content-Length, if there is one."""
    found = _LENGTH.search(head)
    return None if found is None else int(found[1])


def with_length(head: bytes, length: int) -> bytes:
    """The head with another Content-Length in its place."""
    return _LENGTH.sub(b"Content-Length: %d\r\n" % length, head, count=1)


def without_length(head: bytes) -> bytes:
    """The head without Content-Length."""
    return _LENGTH.sub(b"", head)
