"""COPY and MOVE (RFC 3501 §6.4.7, RFC 6851; COPYUID: RFC 4315 §3)."""

from __future__ import annotations

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.commands.choosing import choose, still_there
from sandbox.services.imap.replies import Done, Outcome
from sandbox.services.imap.sequence import compress
from sandbox.services.imap.session import Session
from sandbox.stores.mail import Mailbox, StoredMessage


def copy(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """COPY: all messages or none."""
    messages, target = _messages_and_target(session, arguments, by_uid=by_uid)
    session.check_quota(sum(len(stored.content) for stored in messages))
    return Done(code=_copy(session, messages, target))


def move(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """MOVE: COPYUID comes before the EXPUNGEs, so that the client still knows the numbers (RFC 6851 §4.3)."""
    session.writable()
    messages, target = _messages_and_target(session, arguments, by_uid=by_uid)
    code = _copy(session, messages, target)
    if code:
        session.untagged(b"OK [%b] moved" % code)
    session.expunge(stored.uid for stored in messages)
    session.tell_news(with_uid=by_uid)
    return Done()


def _messages_and_target(
    session: Session, arguments: Arguments, *, by_uid: bool
) -> tuple[list[StoredMessage], Mailbox]:
    numbers = arguments.numbers()
    name = session.read_name(arguments.astring())
    arguments.end()
    view = session.selected
    chosen = choose(view, numbers, by_uid=by_uid)
    target = session.find(name, "TRYCREATE")
    still_there(view, chosen, by_uid=by_uid)
    return [stored for _, stored in view.stored(chosen)], target


def _copy(session: Session, messages: list[StoredMessage], target: Mailbox) -> bytes:
    """Copy with flags and internal dates; the response code that tells the UIDs, empty if there is nothing to tell."""
    uids = [
        target.append(
            stored.message,
            flags=stored.flags,
            internal_date=stored.internal_date,
            zone=stored.zone,
            origin=session.view,
        ).uid
        for stored in messages
    ]
    if not uids or not session.offers("UIDPLUS"):
        return b""
    sources = compress(stored.uid for stored in messages)
    return b"COPYUID %d %b %b" % (target.uid_validity, sources, compress(uids))
