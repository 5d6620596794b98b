"""Which messages a command is about, under which condition, and what to say if another session removed some meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.keys import LARGEST_MODSEQ
from sandbox.services.imap.replies import BadError, NoError
from sandbox.services.imap.sequence import SequenceSet
from sandbox.services.imap.view import View


def choose(view: View, numbers: SequenceSet, *, by_uid: bool) -> list[tuple[int, int]]:
    """Sequence number and UID of the messages of a set, ascending. Raises BadError for a number beyond the last."""
    try:
        return view.select(numbers, by_uid=by_uid)
    except ValueError as problem:
        raise BadError(str(problem)) from None


def read_modseq(arguments: Arguments, name: str) -> int:
    """The list in parentheses that makes FETCH or STORE conditional: the named modifier and a modification counter."""
    modifiers = Arguments(arguments.group())
    if not modifiers.takes_keyword(name):
        raise BadError(f"{name} was expected")
    modseq = modifiers.number(LARGEST_MODSEQ)
    modifiers.end()
    return modseq


def still_there(view: View, chosen: Sequence[tuple[int, int]], *, by_uid: bool) -> None:
    """Raises NoError if a message named by its number is gone (RFC 2180 §4.1.2); UIDs may be (RFC 3501 §6.4.8)."""
    if not by_uid and any(view.mailbox.get(uid) is None for _, uid in chosen):
        raise NoError("some of the messages are gone", "EXPUNGEISSUED")
