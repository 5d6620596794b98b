"""FETCH and its forerunner PARTIAL (RFC 3501 §6.4.5, RFC 1730 §6.4.6; CHANGEDSINCE: RFC 7162 §3.1.4)."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.commands.choosing import choose, read_modseq, still_there
from sandbox.services.imap.fetch import Items, parse_items, render
from sandbox.services.imap.flags import SEEN, union
from sandbox.services.imap.replies import BadError, Outcome, Stream
from sandbox.services.imap.sequence import SequenceSet
from sandbox.services.imap.session import Session
from sandbox.services.imap.tokens import Atom, Token
from sandbox.services.imap.view import View

# What PARTIAL calls by the names of its time (RFC 1730 §6.4.6).
_SECTIONS = {b"RFC822": b"BODY[]", b"RFC822.HEADER": b"BODY.PEEK[HEADER]", b"RFC822.TEXT": b"BODY[TEXT]"}


def fetch(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """FETCH."""
    numbers = arguments.numbers()
    items = _items(arguments.token(), by_uid=by_uid)
    since = read_modseq(arguments, "CHANGEDSINCE") if arguments else None
    arguments.end()
    if since is not None:
        items = items.including(b"MODSEQ")
    if items.wants_modseq:
        session.enable_condstore()
    return _fetch(session, numbers, items, by_uid=by_uid, since=since or 0)


def partial(session: Session, arguments: Arguments) -> Outcome:
    """PARTIAL: octets of a section, counted from 1; answered as FETCH answers them, counted from 0."""
    numbers = arguments.numbers()
    name = arguments.astring().upper()
    start, count = arguments.number(), arguments.number()
    arguments.end()
    if not start:
        raise BadError("the first octet is number 1")
    section = _SECTIONS.get(name, name)
    if not section.endswith(b"]"):
        raise BadError("PARTIAL takes RFC822, RFC822.HEADER, RFC822.TEXT or a section")
    items = _items(Atom(b"%b<%d.%d>" % (section, start - 1, count)), by_uid=False)
    return _fetch(session, numbers, items, by_uid=False)


def _items(token: Token, *, by_uid: bool) -> Items:
    try:
        return parse_items(token, uid_command=by_uid)
    except ValueError as problem:
        raise BadError(str(problem)) from None


def _fetch(session: Session, numbers: SequenceSet, items: Items, *, by_uid: bool, since: int = 0) -> Outcome:
    chosen = choose(session.selected, numbers, by_uid=by_uid)
    return Stream(_responses(session.selected, chosen, items, by_uid=by_uid, since=since))


def _responses(
    view: View, chosen: list[tuple[int, int]], items: Items, *, by_uid: bool, since: int
) -> Iterator[bytes]:
    marks = items.sets_seen and not view.read_only
    with_flags = items.including(*([b"FLAGS", b"MODSEQ"] if view.shows_modseq else [b"FLAGS"]))
    for number, stored in view.stored(chosen):
        if stored.modseq <= since:
            continue
        shown, asked = stored, items
        if marks and not stored.has(SEEN):
            shown = view.mailbox.set_flags(stored.uid, union(stored.flags, [SEEN]), origin=view) or stored
            asked = with_flags  # what changed is told in the same answer
        data = render(shown, asked, recent=stored.uid in view.recent)
        yield b"* %d FETCH (%b)\r\n" % (number, data)
    still_there(view, chosen, by_uid=by_uid)
