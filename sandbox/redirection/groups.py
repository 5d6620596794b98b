"""Process groups: whether anybody of one is left, how it is ended, and a guard that ends it in any case."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

#: Seconds between asking a group to end and killing it.
GRACE = 2.0
#: What asks a program to end.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
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


def fork_guard(group: int) -> tuple[int, int]:
    """A process that ends the group if this one ends without a word; its id, and the pipe to say that word into.

    To be called while no other thread runs.
    """
    leash, ours = os.pipe()
    guard = os.fork()
    if guard == 0:
        try:
            os.setsid()
            for number in ENDING:
                signal.signal(number, signal.SIG_IGN)
            os.closerange(0, leash)
            os.closerange(leash + 1, os.sysconf("SC_OPEN_MAX"))
            if not os.read(leash, 1):
                end(group)
        finally:
            os._exit(0)
    os.close(leash)
    return guard, ours


def release_guard(guard: int, leash: int) -> None:
    """The word to a guard that all is well."""
    with contextlib.suppress(BrokenPipeError):  # it has been killed
        os.write(leash, b".")
    os.close(leash)
    os.waitpid(guard, 0)


def _runs(process: Path, group: int) -> bool:
    try:
        text = (process / "stat").read_bytes()
    except OSError:
        return False
    state, _parent, its_group = text.rpartition(b")")[2].split()[:3]
    return int(its_group) == group and state not in (b"Z", b"X")
