"""What may go wrong with a command of POP3."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from sandbox.faults.effects import Effect
from sandbox.faults.effects.miscount import Miscount

#: What goes wrong with a command in lower case and its argument, None for nothing.
Fault: TypeAlias = Callable[[str, str], Effect | None]

# The size: behind the number of messages or of the message, or alone with "octets"; each line of a listing has one.
_SIZE = re.compile(rb"^(\+OK (?=\d+ octets)|(?:\+OK )?\d+ )(\d+)", re.MULTILINE)


def no_fault(event: str, argument: str) -> Effect | None:
    """Nothing ever goes wrong."""
    return None


def point_of(line: bytes, claimed: str) -> tuple[str, str]:
    """The command of a line and its argument; for PASS and APOP that is the user, never a secret."""
    keyword, _, argument = line.decode("utf-8", "replace").partition(" ")
    event = keyword.lower()
    match event:
        case "pass":
            return event, claimed
        case "apop":
            return event, argument.rpartition(" ")[0]
        case "auth":
            return event, argument.partition(" ")[0]
    return event, argument


def miscounted(reply: bytes, effect: Miscount) -> bytes:
    """A reply of STAT, LIST or RETR with a size, or sizes, that are wrong."""
    first, end, rest = reply.partition(b"\r\n")
    wrong = lambda found: b"%b%d" % (found[1], effect.of(int(found[2])))  # noqa: E731
    if first.endswith(b" octets"):  # what follows is the message
        return _SIZE.sub(wrong, first) + end + rest
    return _SIZE.sub(wrong, reply)
