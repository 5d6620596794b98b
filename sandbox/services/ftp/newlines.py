"""TYPE A: lines end with CRLF on the wire and with LF in the tree (RFC 959 §3.1.1.1), however the blocks are cut."""

from __future__ import annotations

from typing import Protocol


class Conversion(Protocol):
    """Turns blocks of one file into the octets that are sent or stored for them, in order."""

    def convert(self, block: bytes) -> bytes:
        """What is known of the result after this block."""

    def end(self) -> bytes:
        """What was held back."""


class Unchanged:
    """TYPE I: octet for octet."""

    def convert(self, block: bytes) -> bytes:
        """See Conversion."""
        return block

    def end(self) -> bytes:
        """See Conversion."""
        return b""


class ToNetwork:
    """LF becomes CRLF; a line that ends with CRLF in the tree is sent as it is."""

    def __init__(self) -> None:
        self._after_return = False

    def convert(self, block: bytes) -> bytes:
        """See Conversion."""
        head = b"\n" if self._after_return and block.startswith(b"\n") else b""
        rest = block[len(head) :]
        self._after_return = block.endswith(b"\r")
        return head + rest.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def end(self) -> bytes:
        """See Conversion."""
        return b""


class ToTree:
    """CRLF becomes LF; a CR or LF alone is stored as it is."""

    def __init__(self) -> None:
        self._held = b""

    def convert(self, block: bytes) -> bytes:
        """See Conversion."""
        block = self._held + block
        self._held = b"\r" if block.endswith(b"\r") else b""
        return block[: len(block) - len(self._held)].replace(b"\r\n", b"\n")

    def end(self) -> bytes:
        """See Conversion."""
        held, self._held = self._held, b""
        return held
