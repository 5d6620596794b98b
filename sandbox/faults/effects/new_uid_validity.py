"""``new-uidvalidity``: what a client remembers of a mailbox is worth nothing any more."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import Effect


class NewUidValidity(Effect):
    """Gives the mailbox that is named another UIDVALIDITY (RFC 3501 §2.3.1.1); then the command is done."""

    where: ClassVar[tuple[str, ...]] = ("imap.select", "imap.examine", "imap.status")

    kind: Literal["new-uidvalidity"]
