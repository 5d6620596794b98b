"""``miscount``: a number of octets is told wrong."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from sandbox.faults.effects.effect import Effect


class Miscount(Effect):
    """The command is done, but the size it tells is wrong: POP3 STAT, LIST, RETR; IMAP literals; FTP SIZE and RETR."""

    where: ClassVar[tuple[str, ...]] = (
        "pop3.stat",
        "pop3.list",
        "pop3.retr",
        "imap.fetch",
        "imap.uid fetch",
        "ftp.size",
        "ftp.retr",
    )

    kind: Literal["miscount"]
    by: int = Field(default=10)
    """So many octets too many, or, below 0, too few."""

    def of(self, size: int) -> int:
        """What is told for a size."""
        return max(0, size + self.by)
