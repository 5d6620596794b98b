"""APPEND, of one message or several (RFC 3501 §6.3.11, RFC 3502), in UTF-8 or not (RFC 6855 §4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.flags import parse_flags
from sandbox.services.imap.internal_date import parse_date_time
from sandbox.services.imap.replies import BadError, Done, NoError, Outcome
from sandbox.services.imap.sequence import compress
from sandbox.services.imap.session import Session
from sandbox.services.imap.tokens import Group, Literal, String
from sandbox.stores.mail import Mailbox, StoredMessage

# imaplib puts the whole of "UTF8 (message)" into the literal; no message begins so.
_WRAPPED = re.compile(rb"UTF8 \((.*)\)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message to append; without a date it is the time of arrival."""

    content: bytes
    flags: frozenset[str]
    internal_date: float | None
    zone: int


def append(session: Session, arguments: Arguments) -> Outcome:
    """Either all messages are appended or none."""
    name = session.read_name(arguments.astring())
    drafts = [_draft(session, arguments)]
    while arguments:
        drafts.append(_draft(session, arguments))
    mailbox = session.find(name, "TRYCREATE")
    if not all(draft.content for draft in drafts):
        raise NoError("an empty message cannot be kept", "CANNOT")
    session.check_quota(sum(len(draft.content) for draft in drafts))
    uids = [_store(session, mailbox, draft).uid for draft in drafts]
    if not session.offers("UIDPLUS"):
        return Done()
    return Done(code=b"APPENDUID %d %b" % (mailbox.uid_validity, compress(uids)))


def _store(session: Session, mailbox: Mailbox, draft: _Draft) -> StoredMessage:
    client = session.client
    message = session.world.mail.new_message(draft.content, connection=client.number, tls=client.tls)
    stored = mailbox.append(
        message, flags=draft.flags, internal_date=draft.internal_date, zone=draft.zone, origin=session.view
    )
    size = len(draft.content)
    client.note("message.appended", id=message.id, mailbox=mailbox.name, uid=stored.uid, size=size)
    return stored


def _draft(session: Session, arguments: Arguments) -> _Draft:
    flags = parse_flags(arguments.group()) if isinstance(arguments.peek(), Group) else frozenset()
    date, zone = None, 0
    following = arguments.peek()
    if isinstance(following, String) and not isinstance(following, Literal):
        date, zone = _date(arguments)
    return _Draft(_content(session, arguments), flags, date, zone)


def _date(arguments: Arguments) -> tuple[float, int]:
    try:
        return parse_date_time(arguments.astring())
    except ValueError as problem:
        raise BadError(str(problem)) from None


def _content(session: Session, arguments: Arguments) -> bytes:
    if arguments.takes_keyword("UTF8"):
        arguments = Arguments(arguments.group())
    token = arguments.token()
    if not isinstance(token, Literal):
        raise BadError("a message is sent as a literal")
    wrapped = _WRAPPED.match(token.value) if session.utf8 else None
    return wrapped[1] if wrapped else token.value
