"""STORE and EXPUNGE (RFC 3501 §6.4.6, §6.4.3; UID EXPUNGE: RFC 4315)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.commands.choosing import choose, read_modseq, still_there
from sandbox.services.imap.flags import DELETED, difference, parse_flags, union
from sandbox.services.imap.replies import BadError, Done, Outcome
from sandbox.services.imap.sequence import compress
from sandbox.services.imap.session import Session
from sandbox.services.imap.tokens import Group, Token
from sandbox.stores.mail import StoredMessage

Change: TypeAlias = Callable[[frozenset[str], frozenset[str]], frozenset[str]]

_CHANGES: dict[str, Change] = {
    "FLAGS": lambda flags, given: given,
    "+FLAGS": union,
    "-FLAGS": difference,
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a STORE asks for. Messages changed after ``unchanged_since`` are left alone (RFC 7162 §3.1.3)."""

    change: Change
    flags: frozenset[str]
    silent: bool
    unchanged_since: int | None

    def allows(self, stored: StoredMessage) -> bool:
        """Whether the message may be changed."""
        return self.unchanged_since is None or stored.modseq <= self.unchanged_since


def store(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """STORE: the new flags are told unless the client asks for silence."""
    numbers = arguments.numbers()
    wish = _wish(session, arguments)
    view = session.writable()
    chosen = choose(view, numbers, by_uid=by_uid)
    modified: list[int] = []
    responses: list[bytes] = []
    for number, stored in view.stored(chosen):
        if not wish.allows(stored):
            modified.append(stored.uid if by_uid else number)
            continue
        changed = view.mailbox.set_flags(stored.uid, wish.change(stored.flags, wish.flags), origin=view)
        if changed is not None and (view.shows_modseq or not wish.silent):
            responses.append(
                view.flags_response(number, changed, with_uid=by_uid, with_flags=not wish.silent)
            )
    session.output += [*view.news_of_keywords(), *responses]
    still_there(view, chosen, by_uid=by_uid)
    return Done(code=b"MODIFIED " + compress(modified)) if modified else Done()


def expunge(session: Session, arguments: Arguments) -> Outcome:
    """EXPUNGE: the news at the end of the command tell which messages went."""
    arguments.end()
    view = session.writable()
    session.expunge(stored.uid for _, stored in view if stored.has(DELETED))
    return Done()


def uid_expunge(session: Session, arguments: Arguments) -> Outcome:
    """UID EXPUNGE: only those of the set."""
    numbers = arguments.numbers()
    arguments.end()
    view = session.writable()
    chosen = choose(view, numbers, by_uid=True)
    session.expunge(stored.uid for _, stored in view.stored(chosen) if stored.has(DELETED))
    return Done()


def _wish(session: Session, arguments: Arguments) -> _Wish:
    unchanged_since = None
    if isinstance(arguments.peek(), Group):
        unchanged_since = read_modseq(arguments, "UNCHANGEDSINCE")
        session.enable_condstore()
    name = arguments.keyword()
    flags = parse_flags(_flags(arguments))
    change = _CHANGES.get(name.removesuffix(".SILENT"))
    if change is None:
        raise BadError("STORE takes FLAGS, +FLAGS or -FLAGS, each with .SILENT or without")
    return _Wish(change, flags, name.endswith(".SILENT"), unchanged_since)


def _flags(arguments: Arguments) -> Iterable[Token]:
    """A list in parentheses, or the same without them (RFC 3501 §9 "store-att-flags")."""
    if isinstance(arguments.peek(), Group):
        flags = arguments.group()
        arguments.end()
        return flags
    return arguments.rest()
