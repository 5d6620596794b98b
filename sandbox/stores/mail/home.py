"""A user's mailboxes by name, the subscriptions, and the lock of the POP3 maildrop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy

from sandbox.stores.mail.mailbox import Mailbox

SEPARATOR = "/"
INBOX = "INBOX"

# What mail programs expect to find (RFC 6154 §2).
SPECIAL_USE = {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash", "Junk": "\\Junk"}


class MailboxError(Exception):
    """A mailbox cannot be made, renamed or deleted; ``code`` is the response code of RFC 5530 §3."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MailHome:
    """All mailboxes of one user. INBOX in any case is one mailbox and always there (RFC 3501 §5.1).

    A name that has mailboxes below it but is none itself is a parent that cannot be selected.
    """

    def __init__(self, user: str, next_uid_validity: Callable[[], int]) -> None:
        self.user = user
        self.subscriptions: set[str] = {INBOX}
        self._next_uid_validity = next_uid_validity
        self._mailboxes: dict[str, Mailbox] = {}
        self._lock: object | None = None
        self._add(INBOX)
        for name, attribute in SPECIAL_USE.items():
            self._add(name, attribute)
            self.subscriptions.add(name)

    def __iter__(self) -> Iterator[Mailbox]:
        return iter([self._mailboxes[name] for name in sorted(self._mailboxes, key=_order)])

    @property
    def inbox(self) -> Mailbox:
        """Where mail is delivered, and the maildrop of POP3."""
        return self._mailboxes[INBOX]

    def get(self, name: str) -> Mailbox | None:
        """The mailbox of that name, or None."""
        return self._mailboxes.get(canonical(name))

    def is_parent(self, name: str) -> bool:
        """Whether mailboxes stand below this name."""
        prefix = canonical(name) + SEPARATOR
        return any(other.startswith(prefix) for other in self._mailboxes)

    def create(self, name: str) -> Mailbox:
        """Make a mailbox; a trailing separator is only a declaration and is dropped (RFC 3501 §6.3.3).

        Raises MailboxError ALREADYEXISTS or CANNOT.
        """
        name = _checked(name.removesuffix(SEPARATOR))
        if name in self._mailboxes:
            raise MailboxError("ALREADYEXISTS", f"{name} exists already")
        return self._add(name)

    def delete(self, name: str) -> None:
        """Delete a mailbox; those below it stay (RFC 3501 §6.3.4). Raises MailboxError NONEXISTENT or CANNOT."""
        name = canonical(name)
        if name == INBOX:
            raise MailboxError("CANNOT", "INBOX cannot be deleted")
        mailbox = self._mailboxes.get(name)
        if mailbox is None:
            if self.is_parent(name):
                raise MailboxError("HASCHILDREN", f"{name} has mailboxes below it and is none itself")
            raise MailboxError("NONEXISTENT", f"there is no mailbox {name}")
        del self._mailboxes[name]
        mailbox.expunge(mailbox.uids)

    def rename(self, old: str, new: str) -> None:
        """Rename a mailbox and those below it; renaming INBOX moves its messages (RFC 3501 §6.3.5).

        Raises MailboxError NONEXISTENT, ALREADYEXISTS or CANNOT.
        """
        old, new = canonical(old), _checked(new.removesuffix(SEPARATOR))
        if old not in self._mailboxes and not self.is_parent(old):
            raise MailboxError("NONEXISTENT", f"there is no mailbox {old}")
        if new.startswith(old + SEPARATOR) and old != INBOX:
            raise MailboxError("CANNOT", f"{new} lies below {old}")
        if old == INBOX:
            self._move_inbox(new)
            return
        names = [name for name in self._mailboxes if name == old or name.startswith(old + SEPARATOR)]
        targets = [new + name[len(old) :] for name in names]
        for target in targets:
            if target in self._mailboxes:
                raise MailboxError("ALREADYEXISTS", f"{target} exists already")
        for name, target in zip(names, targets, strict=True):
            mailbox = self._mailboxes.pop(name)
            mailbox.name = target
            self._mailboxes[target] = mailbox

    def renew(self, mailbox: Mailbox) -> None:
        """Give a mailbox another UIDVALIDITY: what clients remember of it is worth nothing any more."""
        mailbox.uid_validity = self._next_uid_validity()

    def lock(self, holder: object) -> bool:
        """Take the maildrop for one POP3 session (RFC 1939 §4); False if another holds it."""
        if self._lock is None:
            self._lock = holder
        return self._lock is holder

    def unlock(self, holder: object) -> None:
        """Give the maildrop back; nothing happens if ``holder`` does not hold it."""
        if self._lock is holder:
            self._lock = None

    def copy(self) -> MailHome:
        """The same mailboxes with lives of their own, and the maildrop unlocked."""
        other = copy(self)
        other.subscriptions = self.subscriptions.copy()
        other._mailboxes = {name: mailbox.copy() for name, mailbox in self._mailboxes.items()}
        other._lock = None
        return other

    def _add(self, name: str, special_use: str | None = None) -> Mailbox:
        mailbox = Mailbox(name, uid_validity=self._next_uid_validity(), special_use=special_use)
        self._mailboxes[name] = mailbox
        return mailbox

    def _move_inbox(self, new: str) -> None:
        if new in self._mailboxes:
            raise MailboxError("ALREADYEXISTS", f"{new} exists already")
        target = self._add(new)
        for stored in self.inbox:
            target.append(
                stored.message, flags=stored.flags, internal_date=stored.internal_date, zone=stored.zone
            )
        self.inbox.expunge(self.inbox.uids)


def canonical(name: str) -> str:
    """The name under which a mailbox is kept: INBOX without regard to case, also as the first level."""
    first, separator, rest = name.partition(SEPARATOR)
    return (INBOX if first.upper() == INBOX else first) + separator + rest


def _checked(name: str) -> str:
    if not name or any(not level for level in name.split(SEPARATOR)):
        raise MailboxError("CANNOT", "a mailbox name has no empty level")
    if any(ord(char) < 0x20 or char in "*%\x7f" for char in name):
        raise MailboxError("CANNOT", "a mailbox name has no control characters and no * or %")
    return canonical(name)


def _order(name: str) -> tuple[bool, str]:
    return name != INBOX, name
