"""What every effect is."""

from __future__ import annotations

from fnmatch import fnmatchcase
from random import Random
from typing import ClassVar, Literal

from sandbox.faults.stage import Stage
from sandbox.settings.models import Model


class Effect(Model):
    """One kind of fault; subclasses give ``kind`` its name, which rules choose by."""

    kind: str
    where: ClassVar[tuple[str, ...]] = ("*",)
    """The points at which it can happen, as pattern of service.event; the first that fits decides, ! is for never."""
    unconditional: ClassVar[bool] = False
    """Whether it lasts as long as its rule is in force, whoever connects: then no rule with it has conditions."""

    def suits(self, service: str, event: str) -> bool:
        """Whether it can happen there."""
        point = f"{service}.{event}"
        found = next((each for each in self.where if fnmatchcase(point, each.removeprefix("!"))), "!")
        return not found.startswith("!")


class StreamEffect(Effect):
    """Bends the octets of a connection, from the point of the rule on; for every service that has connections."""

    where: ClassVar[tuple[str, ...]] = ("!*.datagram", "*")

    direction: Literal["to_client", "to_server", "both"] = "to_client"
    """Which way the octets go that are bent: what the server says, what the client says, or both."""

    def stage(self, random: Random) -> Stage:
        """What it does to one direction of one connection."""
        raise NotImplementedError
