"""The twelve octets every message begins with (RFC 1035 §4.1.1): enough to refuse what cannot be read further."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_LAYOUT = struct.Struct("!6H")

RESPONSE = 0x8000
RECURSION_DESIRED = 0x0100
RECURSION_AVAILABLE = 0x0080
OPCODE = 0x7800

SERVFAIL = 2


@dataclass(frozen=True, slots=True)
class Header:
    """``questions`` is how many the message says it has."""

    id: int
    flags: int
    questions: int

    @classmethod
    def parse(cls, message: bytes) -> Header | None:
        """None if the message is too short to have one."""
        if len(message) < _LAYOUT.size:
            return None
        return cls(*_LAYOUT.unpack_from(message)[:3])

    @property
    def is_response(self) -> bool:
        """Whether it says that it answers something."""
        return bool(self.flags & RESPONSE)

    @property
    def is_standard_query(self) -> bool:
        """Whether it asks a plain question (QUERY); NOTIFY and UPDATE do not."""
        return not self.flags & OPCODE

    def refusal(self, rcode: int) -> bytes:
        """An answer without any section, of a response code below 16."""
        flags = RESPONSE | RECURSION_AVAILABLE | self.flags & (OPCODE | RECURSION_DESIRED) | rcode
        return _LAYOUT.pack(self.id, flags, 0, 0, 0, 0)
