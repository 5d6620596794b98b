"""Which ports redirected programs serve themselves: a file for each, so that all runs of a user find one another."""

from __future__ import annotations

import errno
import os
import sys
from _socket import SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET
from _socket import socket as raw_socket

from .hosts import family_of

KINDS = {"tcp": SOCK_STREAM, "udp": SOCK_DGRAM}


class Bound:
    """The registry: under the address that a program meant to have stands the one it has."""

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def path(self, transport: str, host: str, port: int) -> str:
        """The file for an address; ``host`` in its normal form."""
        return os.path.join(self.directory, "{}-{}-{}".format(transport, host.replace(":", "_"), port))

    def add(self, path: str, host: str, port: int, everywhere: bool) -> None:
        """Note that what is meant by ``path`` is bound to this host and port by this process."""
        draft = f"{path}.{os.getpid()}"
        try:
            with open(draft, "w", encoding="ascii") as file:
                file.write(f"{os.getpid()} {host} {port} {int(everywhere)}")
            os.replace(draft, path)
        except OSError:
            pass  # nobody will find it, but it serves

    def remove(self, transport: str, path: str) -> None:
        """Forget an address that this process has closed, unless a process it has forked still serves there."""
        found = self._read(path)
        if found is not None and found[0] == os.getpid() and not _taken(KINDS[transport], found[1], found[2]):
            _unlink(path)

    def find(self, transport: str, path: str) -> tuple[str, int, bool] | None:
        """Where the server is that has the address, and whether it has those of all hosts; None if none is alive."""
        found = self._read(path)
        if found is None:
            return None
        owner, host, port, everywhere = found
        if _taken(KINDS[transport], host, port):
            return host, port, everywhere
        if not _runs(owner):
            _unlink(path)
        return None

    def _read(self, path: str) -> tuple[int, str, int, bool] | None:
        try:
            with open(path, encoding="ascii") as file:
                owner, host, port, everywhere = file.read().split()
        except (OSError, ValueError):
            return None
        return int(owner), host, int(port), everywhere == "1"


def _taken(kind: int, host: str, port: int) -> bool:
    """Whether somebody has the port, found out by binding it: nobody is connected to."""
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
