"""Replies: their form on the wire (RFC 959 §4.2), and those that refuse a command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from sandbox.stores.files import ENCODING, ERRORS, FileStoreError, NoSpaceError


class RefusalError(Exception):
    """A command is refused with this reply. Raised by commands, turned into an answer in one place."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


def code_of(error: FileStoreError) -> str:
    """The reply code for what the tree cannot do: 452 if another time may be better, else 550."""
    return "452" if isinstance(error, NoSpaceError) else "550"


def reply(code: str, lines: Sequence[str]) -> bytes:
    """One reply on the wire; the lines in the middle are indented, so that none can pass for the last one."""
    first, *middle, last = (
        [_one_line(line) for line in lines] if len(lines) > 1 else ["", _one_line(lines[0])]
    )
    head = f"{code}-{first}\r\n" if len(lines) > 1 else ""
    body = "".join(f" {line}\r\n" for line in middle)
    return f"{head}{body}{code} {last}\r\n".encode(ENCODING, ERRORS)


def quoted(path: PurePosixPath) -> str:
    """A path in quotation marks, those within it doubled (RFC 959 appendix II)."""
    doubled = str(path).replace('"', '""')
    return f'"{doubled}"'


def _one_line(text: str) -> str:
    # HTTP may have stored a file whose name has a line end in it.
    return text.replace("\r", "?").replace("\n", "?")
