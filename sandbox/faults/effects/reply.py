"""``reply``: the command is not done, and this is said instead."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.effects.effect import Effect

_CODED = re.compile(r"[1-5]\d\d[ -]")


class Reply(Effect):
    """Says this instead of doing the command, in the words of the protocol.

    SMTP and FTP: a code and a text, as "451 4.3.0 Try again later", the code is put before further lines, and 421 closes;
    POP3: "-ERR [IN-USE] Locked"; IMAP: "NO [INUSE] Busy" or "BAD …", the tag is put before it, and "* BYE …" closes.
    """

    where: ClassVar[tuple[str, ...]] = (
        "*.connect",
        "!*.tls",
        "!*.datagram",
        "!ftp.data",
        "!http.*",
        "!xmlrpc.*",
        "*",
    )

    kind: Literal["reply"]
    text: Annotated[str, Field(min_length=1, pattern=r"^[^\r\n\x00]+(\n[^\r\n\x00]+)*$")]
    """The reply, without the line end; more lines with line ends between them."""
    close: bool = False
    """Close the connection after it."""

    @property
    def octets(self) -> bytes:
        """The text as lines of the network."""
        lines = self.text.split("\n")
        if _CODED.match(lines[0]) and len(lines) > 1:
            code = lines[0][:3]
            texts = [line[4:] if _CODED.match(line) else line for line in lines]
            lines = [*(f"{code}-{text}" for text in texts[:-1]), f"{code} {texts[-1]}"]
        return b"".join(line.encode() + b"\r\n" for line in lines)

    @property
    def closes(self) -> bool:
        """Whether the connection ends after it: a client that was told so would wait for it."""
        return self.close or self.text.startswith("421 ") or self.text.split("\n")[-1].startswith("* BYE")
