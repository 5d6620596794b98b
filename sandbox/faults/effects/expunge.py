"""``expunge``: another client removes messages."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.effects.effect import Effect


class Expunge(Effect):
    """Removes messages of the selected mailbox, as another client would; then the command is done."""

    where: ClassVar[tuple[str, ...]] = ("imap.*",)

    kind: Literal["expunge"]
    messages: Annotated[int, Field(ge=1)] | Literal["all"] = "all"
    """all, or so many, the oldest first."""
