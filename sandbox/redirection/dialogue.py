"""The transcript of a run: what was said on every connection, in the order in which they were opened."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Entry, Journal, Opened, Received, Sent, transcript

SETTLE = 0.5  # seconds that the last connections have to be noticed as ended
_STEP = 0.01


def write(background: BackgroundEngine, path: Path | None) -> None:
    """Write the transcript to a file, or to stderr."""
    until = time.monotonic() + SETTLE
    while time.monotonic() < until and background.call(lambda sandbox: _open(sandbox.journal)):
        time.sleep(_STEP)
    text = background.call(lambda sandbox: _text(sandbox.journal))
    if path is not None:
        path.write_text(text, encoding="utf-8")
        return
    sys.stderr.write(text)
    sys.stderr.flush()


def _open(journal: Journal) -> set[int]:
    events = [entry.event for entry in journal]
    opened = {each.connection for each in events if isinstance(each, Opened) and each.transport != "udp"}
    return opened - {each.connection for each in events if isinstance(each, Closed)}


def _text(journal: Journal) -> str:
    numbers = dict.fromkeys(entry.event.connection for entry in journal if isinstance(entry.event, Opened))
    told = (filter(_legible, journal.connection(number)) for number in numbers)
    return "\n".join(map(transcript, told))


def _legible(entry: Entry) -> bool:
    """All but the messages of DNS, which no eye can read; the facts beside them say the same in words."""
    return not (isinstance(entry.event, Received | Sent) and entry.event.service == "dns")
