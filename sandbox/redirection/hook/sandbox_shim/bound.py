"""Which ports redirected programs serve themselves: a file for each, so that all runs of a user find one another."""

from __future__ import annotations

import errno
import os
import sys
from _socket import SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET
from _socket import socket as raw_socket
from _thread import get_ident
from time import time_ns

from .hosts import family_of

SETTLED = 2_000_000_000  # nanoseconds; file systems keep times by two seconds or finer
MOST_ABSENT = 1000
LISTEN = "0A"  # the state of a listening socket in /proc/net/tcp
KINDS = {"tcp": SOCK_STREAM, "udp": SOCK_DGRAM}

_forked: list[int] = []  # not empty once this process has forked
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: _forked.append(1) if not _forked else None)


class Bound:
    """The registry: under the address that a program meant to have stands the one it has."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self._absent: set[tuple[str, str, int]] = set()
        self._stamp = 0

    def absent(self, wanted: tuple[str, str, int]) -> bool:
        """Whether nobody had what is wanted when it was looked for, and the registry has not changed since."""
        try:
            stamp = os.stat(self.directory).st_mtime_ns
        except OSError:
            return False
        if stamp != self._stamp or len(self._absent) > MOST_ABSENT:
            self._stamp = stamp
            self._absent.clear()
        return wanted in self._absent

    def note_absent(self, wanted: tuple[str, str, int]) -> None:
        """Remember that nobody has it, unless a change of the registry might have the time of the last one."""
        if time_ns() - self._stamp > SETTLED:
            self._absent.add(wanted)

    def path(self, transport: str, host: str, port: int) -> str:
        """The file for an address; ``host`` in its normal form."""
        return os.path.join(self.directory, "{}-{}-{}".format(transport, host.replace(":", "_"), port))

    def add(self, path: str, host: str, port: int, everywhere: bool) -> None:
        """Note that what is meant by ``path`` is bound to this host and port by this process."""
        draft = os.path.join(self.directory, f".{os.getpid()}.{get_ident()}")
        try:
            with open(draft, "w", encoding="ascii") as file:
                file.write(f"{os.getpid()} {host} {port} {int(everywhere)}")
            os.replace(draft, path)
        except OSError:
            pass  # nobody will find it, but it serves

    def remove(self, transport: str, path: str) -> None:
        """Forget an address that this process has closed, unless a process it has forked may still serve there."""
        found = self._read(path)
        if found is None or found[0] != os.getpid():
            return
        _, host, port, _ = found
        if not (_forked and _taken(transport, host, port) and (transport == "udp" or _listens(port))):
            _unlink(path)  # connections that fade away also take the port, but nobody serves there

    def find(self, transport: str, path: str) -> tuple[str, int, bool] | None:
        """Where the server is that has the address, and whether it has those of all hosts; None if none is alive."""
        found = self._read(path)
        if found is None:
            return None
        owner, host, port, everywhere = found
        runs = _runs(owner)
        if _taken(transport, host, port) and (runs or transport == "udp" or _listens(port)):
            return host, port, everywhere
        if not runs:
            _unlink(path)
        return None

    def _read(self, path: str) -> tuple[int, str, int, bool] | None:
        try:
            with open(path, encoding="ascii") as file:
                owner, host, port, everywhere = file.read().split()
        except (OSError, ValueError):
            return None
        return int(owner), host, int(port), everywhere == "1"


def _taken(transport: str, host: str, port: int) -> bool:
    """Whether somebody has the port, found out by binding it: nobody is connected to."""
    kind = KINDS[transport]
    probe = raw_socket(family_of(host), kind)
    try:
        if kind == SOCK_STREAM and sys.platform != "win32":
            probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)  # what is closed and waits is not in the way
        probe.bind((host, port))
    except OSError as error:
        return error.errno in (errno.EADDRINUSE, errno.EACCES)
    finally:
        probe.close()
    return False


def _listens(port: int) -> bool:
    """Whether a TCP server is there, and not only connections that have not faded away; Linux tells."""
    found = False
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(path, encoding="ascii") as file:
                rows = [line.split()[:4] for line in file][1:]
        except OSError:
            return True
        found = found or any(row[1].endswith(f":{port:04X}") and row[3] == LISTEN for row in rows)
    return found


def _runs(process: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
