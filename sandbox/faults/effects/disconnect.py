"""``disconnect`` and ``reset``: the connection ends here and now."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import Effect


class Disconnect(Effect):
    """Closes the connection instead of an answer (FIN)."""

    where: ClassVar[tuple[str, ...]] = ("!*.datagram", "*")

    kind: Literal["disconnect"]


class Reset(Effect):
    """Resets the connection instead of an answer: a real RST on the wire."""

    where: ClassVar[tuple[str, ...]] = ("!*.datagram", "*")

    kind: Literal["reset"]


class HalfClose(Effect):
    """Ends the server's half (FIN) and goes on reading; nothing more is said."""

    where: ClassVar[tuple[str, ...]] = ("!*.tls", "!*.datagram", "*")

    kind: Literal["half-close"]
