"""Process groups: whether anybody of one is left, and how it is ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

#: Seconds between asking a group to end and killing it.
GRACE = 2.0
_STEP = 0.01


def end(group: int) -> None:
    """End all processes of a group: SIGTERM, and SIGKILL for those that are left after the grace."""
    if not alive(group):
        return
    send(group, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while time.monotonic() < until and alive(group):
        time.sleep(_STEP)
    send(group, signal.SIGKILL)


def send(group: int, number: int) -> None:
    """Send a signal to a group, also to those of it that are stopped; nothing happens if nobody is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        os.killpg(group, signal.SIGCONT)


def alive(group: int) -> bool:
    """Whether a process of the group still runs. Those that nobody has waited for yet do not count."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of which only such are left
        return False
    processes = Path("/proc")
    if not (processes / "self/stat").exists():
        return True
    return any(_runs(path, group) for path in processes.iterdir() if path.name.isdecimal())


def _runs(process: Path, group: int) -> bool:
    try:
        text = (process / "stat").read_bytes()
    except OSError:
        return False
    state, _parent, its_group = text.rpartition(b")")[2].split()[:3]
    return int(its_group) == group and state not in (b"Z", b"X")
