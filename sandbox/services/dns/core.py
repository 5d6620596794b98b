"""DNS over a stream: each message behind its length in two octets (RFC 1035 §4.2.2), any number one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.sansio import Action, Send
from sandbox.sansio.bursts import BurstCore

_LENGTH = 2


class DnsCore(BurstCore):
    """``answer`` makes of a query its answer, or None where there is none."""

    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        super().__init__()
        self._answer = answer
        self._data = bytearray()

    def take_in(self, data: bytes) -> None:
        self._data += data

    def step(self) -> Sequence[Action] | None:
        size = _LENGTH + int.from_bytes(self._data[:_LENGTH])
        if len(self._data) < max(size, _LENGTH):
            return None
        query = bytes(self._data[_LENGTH:size])
        del self._data[:size]
        answer = self._answer(query)
        return () if answer is None else (Send(len(answer).to_bytes(_LENGTH) + answer),)
