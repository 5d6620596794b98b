"""``refuse``: nobody listens."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import Effect


class Refuse(Effect):
    """Lets nobody listen while the rule is in force: clients are refused by the kernel (RST to SYN), and unseen.

    Who is connected stays. A connection that comes another way than to the port is reset.
    """

    where: ClassVar[tuple[str, ...]] = ("!udp.*", "*.connect")
    unconditional: ClassVar[bool] = True

    kind: Literal["refuse"]
