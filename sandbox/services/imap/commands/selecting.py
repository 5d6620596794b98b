"""SELECT, EXAMINE, CLOSE and UNSELECT (RFC 3501 §6.3.1, §6.3.2, §6.4.2; RFC 3691; CONDSTORE: RFC 7162 §3.1.8)."""

from __future__ import annotations

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.flags import DELETED, SEEN
from sandbox.services.imap.replies import BadError, Done, Outcome
from sandbox.services.imap.session import Session


def select(session: Session, arguments: Arguments) -> Outcome:
    """Open a mailbox for reading and writing."""
    return _open(session, arguments, read_only=False)


def examine(session: Session, arguments: Arguments) -> Outcome:
    """Open a mailbox for reading only."""
    return _open(session, arguments, read_only=True)


def close(session: Session, arguments: Arguments) -> Outcome:
    """Expunge without telling of it, unless the mailbox is read-only, and leave."""
    arguments.end()
    view = session.selected
    if not view.read_only:
        gone = [stored.uid for stored in view.mailbox if stored.has(DELETED)]
        session.expunge(gone)
    session.unselect()
    return Done()


def unselect(session: Session, arguments: Arguments) -> Outcome:
    """Leave the mailbox as it is."""
    arguments.end()
    session.unselect()
    return Done()


def _open(session: Session, arguments: Arguments, *, read_only: bool) -> Outcome:
    session.unselect()  # also if this fails: then nothing is selected (RFC 3501 §6.3.1)
    name = session.read_name(arguments.astring())
    parameters = arguments.keywords() if arguments else []
    arguments.end()
    if not {*parameters} <= {"CONDSTORE"}:
        raise BadError("unknown parameter")
    if parameters:
        session.enable_condstore()
    mailbox = session.find(name)
    view = session.select(mailbox, read_only=read_only)
    session.untagged(b"FLAGS (%b)" % view.flags_line)
    session.untagged(b"OK [%b] flags that stay" % view.permanent_flags)
    session.untagged(b"%d EXISTS" % len(view))
    session.untagged(b"%d RECENT" % len(view.recent))
    unseen = next((number for number, stored in view if not stored.has(SEEN)), None)
    if unseen is not None:
        session.untagged(b"OK [UNSEEN %d] the first unseen message" % unseen)
    session.untagged(b"OK [UIDVALIDITY %d] UIDs are valid" % mailbox.uid_validity)
    session.untagged(b"OK [UIDNEXT %d] the next UID" % mailbox.uid_next)
    if session.offers("CONDSTORE"):
        session.tell_highest_modseq()
    session.client.note("mailbox.selected", mailbox=mailbox.name, messages=len(view), read_only=read_only)
    return Done(code=b"READ-ONLY" if read_only else b"READ-WRITE")
