"""What a check is: its steps, and how it knows the servers it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation

Transport: TypeAlias = Literal["tcp", "udp"]
Fit: TypeAlias = Literal[0, 1, 2]  # no, perhaps, certainly


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a client does.

    ``run`` returns None, or what else is worth knowing; it raises Wrong with a hint. ``silent`` is the hint for a
    server that says nothing.
    """

    title: str
    expected: str
    run: Callable[[Dial], str | None]
    silent: str = ""
    mild: bool = False
    """Whether failing gets a note only: the lessons' own servers do."""


@dataclass(frozen=True, slots=True)
class Check:
    """The steps for one kind of server. The first step is also the sign that a server lives."""

    name: str
    title: str
    transport: Transport
    ports: tuple[int, ...]
    """Where the lessons have such a server."""
    fits: Callable[[Observation], Fit]
    steps: tuple[Step, ...]
    partial: bytes = b"Hello, ser"
    """What a client sends that breaks off in the middle of a message."""
    hosts: tuple[str, ...] = ()
    """Addresses on which the lessons have no other kind of server."""
    once: bool = False
    """Whether a lesson's own server of this kind serves one client and ends."""

    @property
    def proof(self) -> Step:
        """The step that shows whether the server still answers."""
        return self.steps[0]
