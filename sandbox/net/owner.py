"""Which process holds a port: read from /proc, so Linux only; elsewhere nobody is named."""

from __future__ import annotations

import os
from pathlib import Path

_LISTENING = "0A"
_PROC = Path("/proc")


def owner_of(transport: str, port: int) -> str | None:
    """``name (pid n)`` of the process that listens on the port, or None if that cannot be told."""
    inodes = _inodes(transport, port)
    if not inodes:
        return None
    for process in _PROC.iterdir():
        if process.name.isdigit() and _holds(process, inodes):
            return f"{_name(process)} (pid {process.name})"
    return None


def _inodes(transport: str, port: int) -> set[str]:
    inodes: set[str] = set()
    for table in (transport, transport + "6"):
        try:
            rows = (_PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if int(fields[1].rpartition(":")[2], 16) == port and (
                transport == "udp" or fields[3] == _LISTENING
            ):
                inodes.add(fields[9])
    return inodes


def _holds(process: Path, inodes: set[str]) -> bool:
    wanted = {f"socket:[{inode}]" for inode in inodes}
    try:
        for descriptor in (process / "fd").iterdir():
            if os.readlink(descriptor) in wanted:  # noqa: PTH115 — what the link says is not a path
                return True
    except OSError:  # another user's process, or one that has just ended
        return False
    return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a process"
