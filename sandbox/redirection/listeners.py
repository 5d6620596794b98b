"""What a program listens on, as the kernel's tables of sockets tell it (proc_pid_net(5))."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from sandbox.settings.models import Transport

_LISTENING, _UNCONNECTED = "0A", "07"  # states of sockets (linux/tcp_states.h)


class Listener(NamedTuple):
    """A socket of a program that waits for clients."""

    transport: Transport
    host: str
    port: int


def listeners(process: Path, udp: Collection[int] = ()) -> set[Listener]:
    """What programs listen on in the network of a process, ``/proc/PID``, that process' own sockets left out.

    Every UDP client has a socket without a peer, on a port the system chose; at ``udp`` ports it is a server's all the
    same. Raises OSError if the process has ended, or is somebody else's.
    """
    first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found = {
        inode: listener
        for table in ("tcp", "tcp6", "udp", "udp6")
        for inode, listener in rows(process / "net" / table)
        if listener.transport == "tcp" or listener.port < first_ephemeral or listener.port in udp
    }
    ours = set(_sockets(process)) if found else set()
    return {listener for inode, listener in found.items() if inode not in ours}


def rows(table: Path) -> Iterator[tuple[str, Listener]]:
    """The listening sockets of a table, each with its inode."""
    if not table.exists():
        return
    transport: Transport = "udp" if table.name.startswith("udp") else "tcp"
    wanted = _UNCONNECTED if transport == "udp" else _LISTENING
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        host, _, port = fields[1].rpartition(":")
        if fields[3] == wanted:
            yield fields[9], Listener(transport, _address(host), int(port, 16))


def _address(digits: str) -> str:
    """Words of 32 bits, each in the order of this machine."""
    words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
    return str(ipaddress.ip_address(struct.pack(f"={len(words)}I", *words)))


def _sockets(process: Path) -> Iterator[str]:
    """The inodes of a process' sockets."""
    for descriptor in (process / "fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:  # the one by which the directory is read
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]
