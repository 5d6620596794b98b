"""HTTP/1.1 messages out of the octets of a connection as they come (RFC 9112); what is no HTTP ends the reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeAlias

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_REQUEST = re.compile(rb"\S+ \S+ HTTP/\d\.\d")
_RESPONSE = re.compile(rb"HTTP/\d\.\d \d{3}(?: .*)?")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[^\n]*\n")
LONGEST_HEAD = 1024 * 1024  # octets of a head after which nobody waits for its end any more

Fields: TypeAlias = tuple[tuple[str, str], ...]
_Reading: TypeAlias = Generator[None, int, int]


@dataclass(slots=True)
class Heard:
    """One message. ``start`` and ``end`` are the sequence numbers of the entries that had its first and last octet.

    ``first`` is its first line without the line end; ``end`` is 0 while it is not complete.
    """

    first: bytes
    fields: Fields
    start: int
    end: int = 0
    body: bytearray = field(default_factory=bytearray)

    def get(self, name: str) -> str:
        """The value of the first field of that name (in lower case), or ""."""
        return next((value for other, value in self.fields if other.lower() == name), "")


class HeardStream:
    """One direction of a connection. ``heard`` has the messages so far, the last one perhaps not complete; interim
    answers (1xx) are left out.

    ``bodiless`` tells of the head of an answer that nothing follows it. ``broken`` is True behind octets that are no HTTP.
    """

    def __init__(self, *, requests: bool, bodiless: Callable[[Heard], bool] = lambda _: False) -> None:
        self.heard: list[Heard] = []
        self.broken = False
        self._requests = requests
        self._bodiless = bodiless
        self._buffer = bytearray()
        self._start = 0
        self._reading = self._read()
        next(self._reading)

    def feed(self, data: bytes, sequence: int) -> None:
        """Take the octets of one entry."""
        if not self.broken:
            self._start = self._start if self._buffer else sequence
            self._buffer += data
            self._reading.send(sequence)

    def finish(self, sequence: int) -> None:
        """The connection is gone: what had no other end ends here."""
        if self.heard and not self.heard[-1].end:
            self.heard[-1].end = sequence

    def _read(self) -> _Reading:
        """Woken with the sequence number of each entry; ends at octets that are no HTTP."""
        sequence = yield
        while True:
            end = _HEAD_END.search(self._buffer.lstrip(b"\r\n"))
            if end is None and len(self._buffer) < LONGEST_HEAD:
                sequence = yield
                continue
            blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
            message = None if end is None else self._head(bytes(self._buffer[blank : blank + end.start()]))
            if end is None or message is None:
                self.broken = True
                return (yield)
            del self._buffer[: blank + end.end()]
            if self._requests or not message.first[9:].startswith(b"1"):  # an interim answer is none yet
                self.heard.append(message)
            sequence = yield from self._body(message, sequence)
            message.end = sequence
            self._start = sequence

    def _head(self, octets: bytes) -> Heard | None:
        first, *lines = re.split(rb"\r?\n(?![ \t])", octets)
        if not (_REQUEST if self._requests else _RESPONSE).fullmatch(first):
            return None
        pairs = (line.decode("utf-8", "surrogateescape").partition(":") for line in lines)
        return Heard(first, tuple((name.strip(), value.strip()) for name, _, value in pairs), self._start)

    def _body(self, message: Heard, sequence: int) -> _Reading:
        if not self._requests and self._bodiless(message):
            return sequence
        if "chunked" in message.get("transfer-encoding").lower():
            return (yield from self._chunks(message, sequence))
        length = message.get("content-length")
        if length.isdecimal() and len(length) < 20:
            return (yield from self._take(message, int(length), sequence))
        if self._requests:
            return sequence
        while True:  # until the connection is closed
            message.body += self._buffer
            self._buffer.clear()
            sequence = yield

    def _chunks(self, message: Heard, sequence: int) -> _Reading:
        while True:
            while (size := _CHUNK.match(self._buffer)) is None:
                if b"\n" in self._buffer:  # no size: nobody can tell what follows
                    self.broken = True
                sequence = yield
            octets, end = int(size[1], 16), size.end()
            del self._buffer[:end]
            if not octets:
                break
            sequence = yield from self._take(message, octets, sequence)
            sequence, _ = yield from self._line(sequence)
        while True:  # the trailer, up to a blank line
            sequence, line = yield from self._line(sequence)
            if not line.strip():
                return sequence

    def _take(self, message: Heard, size: int, sequence: int) -> _Reading:
        while True:
            piece = self._buffer[:size]
            message.body += piece
            size -= len(piece)
            del self._buffer[: len(piece)]
            if not size:
                return sequence
            sequence = yield

    def _line(self, sequence: int) -> Generator[None, int, tuple[int, bytes]]:
        while (end := self._buffer.find(b"\n")) < 0:
            sequence = yield
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return sequence, line
