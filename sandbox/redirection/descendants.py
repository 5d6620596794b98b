"""Processes that leave their group, as daemons do: Linux hands them to us when their parents end, and we end them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Collection
from pathlib import Path

from sandbox.redirection import groups

_PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
_STEP = 0.01


def adopt() -> None:
    """Become the parent of every descendant whose own parent ends; Linux only, elsewhere nothing happens."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(*, but: Collection[int]) -> None:
    """End all descendants of this process beside some: SIGTERM, and SIGKILL for those left after the grace."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = living(but)
        for process in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
                os.kill(process, signal.SIGCONT)
        until = time.monotonic() + groups.GRACE
        while left and living(but) and time.monotonic() < until:
            time.sleep(_STEP)


def living(but: Collection[int] = ()) -> set[int]:
    """The descendants that still run, beside some and their own."""
    children: dict[int, set[int]] = {}
    for path in Path("/proc").iterdir() if sys.platform == "linux" else ():
        if path.name.isdecimal():
            with contextlib.suppress(OSError):
                state, parent = (path / "stat").read_bytes().rpartition(b")")[2].split()[:2]
                if state not in (b"Z", b"X"):
                    children.setdefault(int(parent), set()).add(int(path.name))
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        new = children.get(waiting.pop(), set()) - found - set(but)
        found |= new
        waiting += new
    return found
