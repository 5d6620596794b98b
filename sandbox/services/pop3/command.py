"""A command line of POP3 (RFC 1939 §3, RFC 2449 §4): a keyword in any case, and arguments between single blanks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from sandbox.services.pop3.replies import RefusedError

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class Command(NamedTuple):
    """What a command does and how many arguments it takes; ``None`` leaves the rest of the line in one piece."""

    run: Callable[..., bytes]
    arguments: range | None = range(1)


#: The commands of one state, by keyword in upper case.
Commands: TypeAlias = dict[bytes, Command]


def perform(line: bytes, commands: Commands, state: str) -> bytes:
    """Do what a line says and return the reply. Raises RefusedError, also for what is no command of this state."""
    if _CONTROL.search(line):
        raise RefusedError("Control characters are not allowed")
    keyword, _, rest = line.partition(b" ")
    command = commands.get(keyword.upper())
    if command is None:
        raise RefusedError(f"Unknown {state} state command")
    if command.arguments is None:
        return command.run(rest)
    arguments = rest.split()
    if len(arguments) not in command.arguments:
        raise RefusedError(
            "Missing argument" if len(arguments) < command.arguments.start else "Too many arguments"
        )
    return command.run(*arguments)
