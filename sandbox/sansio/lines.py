"""A receive buffer that hands out lines and counted octets, whichever way the input was cut."""

from __future__ import annotations


class LineTooLongError(Exception):
    """The next line is longer than the limit; the buffer has skipped it, or will when its end arrives."""


class LineBuffer:
    """Collects received bytes; :meth:`next_line` and :meth:`take` hand them out.

    A line ends with LF and an optional CR before it belongs to the end, since learners type by hand (RFC 5321 §2.3.8
    asks for CRLF; a bare LF is accepted everywhere else). Lines longer than ``limit`` octets are skipped whole:
    :class:`LineTooLongError` is raised once for each, and the connection can live.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._data = bytearray()
        self._searched = 0
        self._skipping = False

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> None:
        """Append received bytes."""
        self._data += data

    def next_line(self) -> bytes | None:
        """The next line without its end, or None until it is complete.

        Raises LineTooLongError for a line over the limit, at once and only once.
        """
        end = self._data.find(b"\n", self._searched)
        if self._skipping:
            return self._skip(end)
        if end < 0:
            self._searched = len(self._data)
            if self._searched > self.limit + 1:  # one more may be the CR of the end
                self._skipping = True
                self.clear()
                raise LineTooLongError
            return None
        line = bytes(self._data[: end - 1 if self._data[end - 1 : end] == b"\r" else end])
        del self._data[: end + 1]
        self._searched = 0
        if len(line) > self.limit:
            raise LineTooLongError
        return line

    def take(self, count: int) -> bytes:
        """Up to ``count`` octets, as many as are there; for literals and raw data."""
        taken = bytes(self._data[:count])
        del self._data[:count]
        self._searched = 0
        return taken

    def clear(self) -> None:
        """Forget everything received: plain-text bytes must not survive STARTTLS (RFC 3207 §6)."""
        self._data.clear()
        self._searched = 0

    def _skip(self, end: int) -> bytes | None:
        if end < 0:
            self.clear()
            return None
        del self._data[: end + 1]
        self._searched = 0
        self._skipping = False
        return self.next_line()
