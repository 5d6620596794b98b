"""DNS over a stream (RFC 1035 §4.2.2, RFC 7766), at several chunk sizes."""

from __future__ import annotations

import pytest

from sandbox.sansio import Close, Send, WhenDrained
from sandbox.sansio.bursts import MAX_BURST
from sandbox.services.dns.core import DnsCore
from tests.play import CHUNKS, play


def backwards(query: bytes) -> bytes | None:
    """Answers ``abc`` with ``cba``, and nothing with nothing."""
    return query[::-1] or None


@pytest.mark.parametrize("size", CHUNKS)
def test_messages_stand_behind_their_length(size: int) -> None:
    """Two at once, an empty one between them, and one that never ends."""
    data = b"\x00\x03abc\x00\x01x\x00\x00\x00\x02yz\x00\x09half"
    core = DnsCore(backwards)
    actions = [
        action for start in range(0, len(data), size) for action in core.receive(data[start : start + size])
    ]
    assert actions == [Send(b"\x00\x03cba"), Send(b"\x00\x01x"), Send(b"\x00\x02zy")]
    assert list(core.eof()) == [Close()]


def test_idleness() -> None:
    play(lambda: DnsCore(backwards), "C: <idle>\nS: <close>")


@pytest.mark.parametrize("size", CHUNKS)
def test_the_largest_message(size: int) -> None:
    query = bytes(range(256)) * 255 + bytes(255)
    assert len(query) == 65_535
    data = b"\xff\xff" + query
    core = DnsCore(backwards)
    step = max(size, 100)
    actions = [
        action for start in range(0, len(data), step) for action in core.receive(data[start : start + step])
    ]
    assert actions == [Send(b"\xff\xff" + query[::-1])]


def test_who_asks_much_and_reads_nothing_has_to_wait() -> None:
    core = DnsCore(lambda query: bytes(60_000))
    actions = list(core.receive(b"\x00\x01x" * 20))
    sent = [action for action in actions if isinstance(action, Send)]
    assert sum(len(action.data) for action in sent) < MAX_BURST + 60_003
    assert isinstance(actions[-1], WhenDrained)
    assert list(core.eof()) == []
    while not isinstance(actions[-1], Close):
        actions += core.drained()
    assert sum(isinstance(action, Send) for action in actions) == 20
