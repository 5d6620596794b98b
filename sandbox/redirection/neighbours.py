"""Isolated runs whose program is a server: another terminal's client has to share their network to reach it."""

from __future__ import annotations

from pathlib import Path

from sandbox.redirection.instances import Instance, running
from sandbox.redirection.listeners import listeners


def serving() -> tuple[Instance, list[int]] | None:
    """The newest isolated run whose own program listens, and the ports it listens on."""
    for instance in running():
        if instance.isolated and (ports := _ports_of_program(instance)):
            return instance, ports
    return None


def _ports_of_program(instance: Instance) -> list[int]:
    mapped = {port for transport, _, port, *_ in instance.table["routes"] if transport == "udp"}
    try:
        found = listeners(Path(f"/proc/{instance.pid}"), mapped)
    except OSError:  # it has just ended, or is somebody else's
        return []
    return sorted({listener.port for listener in found})
