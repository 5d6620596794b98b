"""Rights and annotations: not offered as capabilities, but imaplib's methods for them get true answers.

Every mailbox belongs to the user who logged in, with all rights (RFC 4314 §2.1), and nobody else has any. There are
no annotations.
"""

from __future__ import annotations

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.replies import Done, NoError, Outcome, astring
from sandbox.services.imap.session import Session

RIGHTS = b"lrswipkxtea"


def getacl(session: Session, arguments: Arguments) -> Outcome:
    """RFC 4314 §3.3."""
    name = _mailbox(session, arguments)
    arguments.end()
    session.untagged(b"ACL %b %b %b" % (name, astring((session.user or "").encode()), RIGHTS))
    return Done()


def myrights(session: Session, arguments: Arguments) -> Outcome:
    """RFC 4314 §3.5."""
    name = _mailbox(session, arguments)
    arguments.end()
    session.untagged(b"MYRIGHTS %b %b" % (name, RIGHTS))
    return Done()


def refuse(session: Session, arguments: Arguments) -> Outcome:
    """SETACL and DELETEACL (RFC 4314 §3.1, §3.2)."""
    _mailbox(session, arguments)
    arguments.rest()
    raise NoError("mailboxes are not shared", "NOPERM")


def getannotation(session: Session, arguments: Arguments) -> Outcome:
    """GETANNOTATION of draft-daboo-imap-annotatemore: none is found."""
    _mailbox(session, arguments)
    arguments.rest()
    return Done("there are no annotations")


def setannotation(session: Session, arguments: Arguments) -> Outcome:
    """SETANNOTATION of draft-daboo-imap-annotatemore."""
    _mailbox(session, arguments)
    arguments.rest()
    raise NoError("annotations are not kept", "CANNOT")


def _mailbox(session: Session, arguments: Arguments) -> bytes:
    mailbox = session.find(session.read_name(arguments.astring()))
    return session.written_name(mailbox.name)
