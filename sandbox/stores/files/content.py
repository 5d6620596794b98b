"""What a file in memory consists of: the blocks it was written in, never copied together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

SMALL = 4096  # octets; smaller pieces are joined with the block before them, or a file of single octets would burst

LARGE = 32_768  # octets; a piece of this length is handed out by itself instead of being joined with the next


class Content:
    """A sequence of octets that grows at its end.

    A growing bytearray is moved whenever something else was allocated behind it, which for a large upload is at nearly
    every block, since the journal keeps the blocks as well.
    """

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._starts: list[int] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes) -> None:
        """Add octets at the end."""
        if not data:
            return
        if self._blocks and len(self._blocks[-1]) + len(data) <= SMALL:
            self._blocks[-1] += data
        else:
            self._starts.append(self._size)
            self._blocks.append(data)
        self._size += len(data)

    def read(self, offset: int, count: int) -> bytes:
        """Up to ``count`` octets from ``offset`` on; empty at the end and beyond."""
        return b"".join(self._pieces(offset, min(offset + count, self._size)))

    def piece(self, offset: int, count: int) -> bytes:
        """At least one and up to ``count`` octets, whichever of them can be had without copying much."""
        piece = next(self._pieces(offset, min(offset + count, self._size)), b"")
        return piece if len(piece) >= LARGE else self.read(offset, count)

    def copy(self) -> Content:
        """The same octets, to grow on by themselves."""
        content = Content()
        content._blocks = self._blocks.copy()
        content._starts = self._starts.copy()
        content._size = self._size
        return content

    def cut(self, size: int) -> Content:
        """A content of its own with the first ``size`` octets."""
        content = Content()
        for piece in self._pieces(0, min(size, self._size)):
            content.append(piece)
        return content

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        index = bisect_right(self._starts, start) - 1
        while start < end:
            block, first = self._blocks[index], self._starts[index]
            # A slice of the whole is the block itself.
            piece = block[start - first : end - first]
            yield piece
            start += len(piece)
            index += 1
