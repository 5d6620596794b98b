"""What every effect is."""

from __future__ import annotations

from random import Random
from typing import Literal

from sandbox.faults.stage import Stage
from sandbox.settings.models import Model


class Effect(Model):
    """One kind of fault; subclasses give ``kind`` its name, which rules choose by."""

    kind: str


class StreamEffect(Effect):
    """Bends the octets of a connection, from the point of the rule on; for every service that has connections."""

    direction: Literal["to_client", "to_server", "both"] = "to_client"
    """Which way the octets go that are bent: what the server says, what the client says, or both."""

    def stage(self, random: Random) -> Stage:
        """What it does to one direction of one connection."""
        raise NotImplementedError
