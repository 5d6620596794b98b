"""What a check has found out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Outcome: TypeAlias = Literal["ok", "FAIL", "note"]

LONGEST = 240  # characters of a dialogue that are shown


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the report. A note is worth knowing and no failure; ``hint`` says what is wrong, or what to know."""

    listener: str
    """Where the server listens, as the program sees it: ``tcp 127.0.0.1:12345``; empty for the program as a whole."""
    check: str
    """The name of the check, as ``--as`` takes it; empty if none could be chosen."""
    step: str
    outcome: Outcome
    expected: str
    sent: str = ""
    came: str = ""
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def shown(chunks: Iterable[bytes]) -> str:
    """Octets as a learner would write them: text between quotes if they are UTF-8, else ``b'…'``; cut if long."""
    return ", ".join(_literal(chunk) for chunk in chunks)


def _literal(data: bytes) -> str:
    head = data[:LONGEST]
    try:
        text = repr(head.decode())
    except UnicodeDecodeError:
        text = repr(head)
    return text if len(data) <= LONGEST else f"{text} … ({len(data):,} octets)"
