"""``redirect-loop``: the way leads back to where it began."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.answer_effect import REQUESTS
from sandbox.faults.effects.effect import Effect


class RedirectLoop(Effect):
    """Redirects a request to its own address, again and again."""

    where: ClassVar[tuple[str, ...]] = REQUESTS

    kind: Literal["redirect-loop"]
    status: Literal[301, 302, 303, 307, 308] = 302
    """The status code."""
