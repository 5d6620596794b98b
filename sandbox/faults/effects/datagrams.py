"""``drop``, ``duplicate`` and ``reorder``: what networks do to datagrams."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.effects.effect import Effect
from sandbox.settings.models import Seconds


class DatagramEffect(Effect):
    """Happens to a datagram on its way, or to what answers it."""

    where: ClassVar[tuple[str, ...]] = ("*.datagram",)

    direction: Literal["to_client", "to_server", "both"] = "to_server"
    """To the datagram of the client, to the answers to it, or to both."""


class Drop(DatagramEffect):
    """Loses it."""

    kind: Literal["drop"]


class Duplicate(DatagramEffect):
    """Lets it come several times."""

    kind: Literal["duplicate"]
    times: Annotated[int, Field(ge=2, le=1000)] = 2
    """How often it comes."""


class Reorder(DatagramEffect):
    """Lets the next one of the same way overtake it."""

    kind: Literal["reorder"]
    seconds: Seconds = 1.0
    """It comes after so many seconds if none has overtaken it."""
