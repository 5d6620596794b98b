"""Tries whether this system lets a process have a network of its own, in a process that is thrown away."""

from __future__ import annotations

import contextlib
import functools
import os
import select
import signal
import socket
import sys
from pathlib import Path

from sandbox.redirection.isolation import nftables
from sandbox.redirection.isolation.gate import open_gate
from sandbox.redirection.isolation.namespaces import IsolationError, enter

_TIMEOUT = 5.0  # seconds; it takes some milliseconds
_ELSEWHERE = ("198.18.0.1", 25)

#: Settings of systems that forbid it, and the value that does.
_RESTRICTIONS = {
    "kernel.apparmor_restrict_unprivileged_userns": "1",
    "kernel.unprivileged_userns_clone": "0",
    "user.max_user_namespaces": "0",
    "user.max_net_namespaces": "0",
    "user.max_mnt_namespaces": "0",
}


@functools.cache
def unavailable() -> str | None:
    """Why :func:`enter` cannot work here, in one line; None if it can, as a forked process has shown."""
    if sys.platform != "linux":
        return f"{sys.platform} has no network namespaces"
    reason = _tried()
    if reason is None:
        return None
    restricting = [f"{name} is {value}" for name, value in _RESTRICTIONS.items() if _setting(name) == value]
    if not restricting and reason.startswith("making"):
        restricting = ["containers often forbid it"]
    return f"{reason} ({', '.join(restricting)})" if restricting else reason


def _setting(name: str) -> str | None:
    """What sysctl(8) would tell."""
    with contextlib.suppress(OSError):
        return (Path("/proc/sys") / name.replace(".", "/")).read_text().strip()
    return None


def _tried() -> str | None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _try(writing)
    os.close(writing)
    try:
        if not select.select([reading], [], [], _TIMEOUT)[0]:
            os.kill(child, signal.SIGKILL)
            return "the trial did not end in time"
        reason = os.read(reading, 1000).decode("utf-8", "replace")
    finally:
        os.close(reading)
        os.waitpid(child, 0)
    if reason == "works":
        return None
    return reason or "the trial ended without an answer"


def _try(writing: int) -> None:
    """Never returns: this process is a copy of its parent, whose work must not be done twice."""
    reason = "works"
    try:
        enter()
        _connect_elsewhere()
    except IsolationError as error:
        reason = str(error)
    except OSError as error:
        reason = f"leading connections to the sandbox: {error.strerror or error}"
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}"
    finally:
        os.write(writing, " ".join(reason.split()).encode())
        os._exit(0)


def _connect_elsewhere() -> None:
    """Connect to an address that is led to the gate, and see it arrive. Raises OSError."""
    gate, *others = open_gate(socket.SOCK_STREAM)
    port = gate.getsockname()[1]
    diversions = [nftables.Diversion(transport, _ELSEWHERE[1]) for transport in ("tcp", "udp")]
    nftables.load(nftables.ruleset(diversions, {"tcp": port, "udp": port}))
    with socket.create_connection(_ELSEWHERE, timeout=_TIMEOUT / 2):
        gate.settimeout(_TIMEOUT / 2)
        accepted, _ = gate.accept()
        with accepted:
            if accepted.getsockname() != _ELSEWHERE:
                raise OSError("the address a client wanted cannot be told")
    for sock in (gate, *others):
        sock.close()
