"""QUOTA (RFC 2087): one quota root, nameless, over all mailboxes of the user."""

from __future__ import annotations

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.replies import Done, NoError, Outcome
from sandbox.services.imap.session import Session


def getquota(session: Session, arguments: Arguments) -> Outcome:
    """RFC 2087 §4.2."""
    _check_root(arguments)
    arguments.end()
    session.untagged(_quota_line(session))
    return Done()


def getquotaroot(session: Session, arguments: Arguments) -> Outcome:
    """RFC 2087 §4.3."""
    name = session.read_name(arguments.astring())
    arguments.end()
    mailbox = session.find(name)
    session.untagged(b'QUOTAROOT %b ""' % session.written_name(mailbox.name))
    session.untagged(_quota_line(session))
    return Done()


def setquota(session: Session, arguments: Arguments) -> Outcome:
    """RFC 2087 §4.1: the limit stands in the settings."""
    _check_root(arguments)
    arguments.group()
    arguments.end()
    raise NoError("the quota is set in the configuration", "NOPERM")


def _check_root(arguments: Arguments) -> None:
    if arguments.astring():
        raise NoError("there is no such quota root", "NONEXISTENT")


def _quota_line(session: Session) -> bytes:
    """Only limited resources are named; STORAGE counts units of 1024 octets."""
    limit = session.settings.quota
    if not limit:
        return b'QUOTA "" ()'
    return b'QUOTA "" (STORAGE %d %d)' % (-(-session.used() // 1024), limit // 1024)
