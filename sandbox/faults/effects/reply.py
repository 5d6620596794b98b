"""``reply``: the command is not done, and this is said instead."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sandbox.faults.effects.effect import Effect


class Reply(Effect):
    """Says this instead of doing the command, in the words of the protocol.

    SMTP and FTP: a code and a text, as "451 4.3.0 Try again later"; POP3: "-ERR [IN-USE] Locked"; IMAP: "NO [INUSE] Busy" or
    "BAD …", the tag is put before it.
    """

    kind: Literal["reply"]
    text: Annotated[str, Field(min_length=1, pattern=r"^[^\r\n\x00]+(\n[^\r\n\x00]+)*$")]
    """The reply, without the line end; more lines with line ends between them."""
    close: bool = False
    """Close the connection after it."""

    @property
    def octets(self) -> bytes:
        """The text as lines of the network."""
        return b"".join(line.encode() + b"\r\n" for line in self.text.split("\n"))
