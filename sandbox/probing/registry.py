"""All checks, and which of them is for a server."""

from __future__ import annotations

from sandbox.probing.check import Check
from sandbox.probing.checks import (
    chat,
    clock,
    datagrams,
    echo,
    file,
    greeting,
    http,
    reply,
    reverse,
    roster,
    words,
    xmlrpc,
)
from sandbox.probing.dial import Listener
from sandbox.probing.observation import Observation

CHECKS: tuple[Check, ...] = (
    greeting.CHECK,
    reply.CHECK,
    echo.CHECK,
    clock.CHECK,
    file.CHECK,
    reverse.CHECK,
    chat.CHECK,
    datagrams.ECHO,
    datagrams.REPLY,
    http.CHECK,
    xmlrpc.CHECK,
    words.CHECK,
    roster.CHECK,
)

# A lesson's port is worth more than a guess, and less than what can be nothing else.
_PORT = 1.5
_HOST = 3


def names() -> list[str]:
    """The names of the checks, as ``--as`` takes them."""
    return [check.name for check in CHECKS]


def named(name: str) -> Check:
    """The check of that name. Raises KeyError."""
    return {check.name: check for check in CHECKS}[name]


def choose(listener: Listener, seen: Observation) -> Check | None:
    """The check for a listener; None if it does nothing that is known."""
    right = [check for check in CHECKS if check.transport == listener.transport]
    best = max(right, key=lambda check: _likelihood(check, listener, seen))
    return best if _likelihood(best, listener, seen) else None


def _likelihood(check: Check, listener: Listener, seen: Observation) -> float:
    port = listener.port in check.ports
    return check.fits(seen) + _PORT * port + _HOST * (port and listener.host in check.hosts)
