"""Commands that make, change and describe mailboxes (RFC 3501 §6.3.3-§6.3.7, §6.3.10; RFC 2342)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.flags import DELETED, SEEN
from sandbox.services.imap.replies import BadError, Done, NoError, Outcome
from sandbox.services.imap.session import Session
from sandbox.stores.mail import Mailbox, MailboxError
from sandbox.stores.mail.home import canonical


def create(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.3.3."""
    name = session.read_name(arguments.astring())
    arguments.end()
    with _refusals():
        session.home.create(name)
    return Done()


def delete(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.3.4."""
    name = session.read_name(arguments.astring())
    arguments.end()
    with _refusals():
        session.home.delete(name)
    return Done()


def rename(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.3.5."""
    old, new = session.read_name(arguments.astring()), session.read_name(arguments.astring())
    arguments.end()
    with _refusals():
        session.home.rename(old, new)
    return Done()


def subscribe(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.3.6; what does not exist cannot be subscribed to."""
    name = canonical(session.read_name(arguments.astring()))
    arguments.end()
    if not session.home.is_parent(name):
        session.find(name)
    session.home.subscriptions.add(name)
    return Done()


def unsubscribe(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.3.7."""
    name = canonical(session.read_name(arguments.astring()))
    arguments.end()
    session.home.subscriptions.discard(name)
    return Done()


def namespace(session: Session, arguments: Arguments) -> Outcome:
    """RFC 2342: one personal namespace, nothing shared."""
    arguments.end()
    session.untagged(b'NAMESPACE (("" "/")) NIL NIL')
    return Done()


def status(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.3.10."""
    name = session.read_name(arguments.astring())
    items = status_items(session, arguments)
    arguments.end()
    session.untagged(status_line(session, session.find(name), items))
    return Done()


def status_items(session: Session, arguments: Arguments) -> list[str]:
    """The names of the items asked for. Raises BadError."""
    items = arguments.keywords()
    if not items or not set(items) <= _ITEMS.keys():
        raise BadError("STATUS takes a list of " + " ".join(_ITEMS))
    if "HIGHESTMODSEQ" in items:
        session.enable_condstore()
    return items


def status_line(session: Session, mailbox: Mailbox, items: Sequence[str]) -> bytes:
    """The untagged STATUS of a mailbox."""
    values = b" ".join(b"%b %d" % (item.encode(), _ITEMS[item](mailbox)) for item in items)
    return b"STATUS %b (%b)" % (session.written_name(mailbox.name), values)


def _count_lacking(mailbox: Mailbox, flag: str) -> int:
    return sum(not stored.has(flag) for stored in mailbox)


_ITEMS: dict[str, Callable[[Mailbox], int]] = {
    "MESSAGES": len,
    "RECENT": Mailbox.count_recent,
    "UIDNEXT": lambda mailbox: mailbox.uid_next,
    "UIDVALIDITY": lambda mailbox: mailbox.uid_validity,
    "UNSEEN": lambda mailbox: _count_lacking(mailbox, SEEN),
    "DELETED": lambda mailbox: len(mailbox) - _count_lacking(mailbox, DELETED),
    "SIZE": lambda mailbox: mailbox.octets,
    "HIGHESTMODSEQ": lambda mailbox: mailbox.highest_modseq,
}


@contextmanager
def _refusals() -> Iterator[None]:
    """The store's refusals as replies; its codes are those of RFC 5530."""
    try:
        yield
    except MailboxError as error:
        raise NoError(str(error), error.code) from None
