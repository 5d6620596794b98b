"""How a probe shall go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """All times are in seconds."""

    timeout: float = 30.0
    """For the whole probe, and so also for the program to bind an address."""
    patience: float = 2.0
    """For each answer."""
    quiet: float = 0.4
    """After which a server that says nothing is taken to wait for the client."""
    check: str | None = None
    """The check to make, whatever the server looks like."""
