"""Isolated runs whose program is a server: another terminal's client has to share their network to reach it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sandbox.redirection.instances import Instance, running

_LISTENING, _UNCONNECTED = "0A", "07"  # states of sockets (linux/tcp_states.h)


def serving() -> tuple[Instance, list[int]] | None:
    """The newest isolated run whose own program listens, and the ports it listens on."""
    for instance in running():
        if instance.isolated and (ports := _ports_of_program(instance)):
            return instance, ports
    return None


def _ports_of_program(instance: Instance) -> list[int]:
    process = Path(f"/proc/{instance.pid}")
    try:
        ours = set(_sockets(process))
        mapped = {port for transport, _, port, *_ in instance.table["routes"] if transport == "udp"}
        first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        found = set()
        for table in ("tcp", "tcp6", "udp", "udp6"):
            for state, port, inode in _rows(process / "net" / table):
                # Every UDP client has a socket without a peer, on a port the system chose.
                server = state == _LISTENING or (port < first_ephemeral or port in mapped)
                if inode not in ours and state in (_LISTENING, _UNCONNECTED) and server:
                    found.add(port)
    except OSError:  # it has just ended, or is somebody else's
        return []
    return sorted(found)


def _sockets(process: Path) -> Iterator[str]:
    """The inodes of a process' sockets."""
    for descriptor in (process / "fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _rows(table: Path) -> Iterator[tuple[str, int, str]]:
    """State, local port and inode of each socket of a network (proc_pid_net(5))."""
    if not table.exists():
        return
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        state = fields[3]
        if state == _UNCONNECTED and not table.name.startswith("udp"):
            continue
        yield state, int(fields[1].rpartition(":")[2], 16), fields[9]
