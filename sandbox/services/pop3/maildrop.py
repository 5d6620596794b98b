"""The maildrop (RFC 1939 §4 to §6): the INBOX as it stood at login, numbered from 1, locked for one session."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sandbox.stores.mail import MailHome, StoredMessage


class Mail:
    """One message of the maildrop; ``deleted`` and ``retrieved`` take effect in the UPDATE state.

    The octets are kept whatever other protocols do to the mailbox meanwhile.
    """

    def __init__(self, number: int, stored: StoredMessage, uid_validity: int) -> None:
        self.number = number
        self.uid = stored.uid
        self.unique_id = f"{uid_validity}.{stored.uid}"
        self.deleted = False
        self.retrieved = False
        self._content = stored.content

    @cached_property
    def size(self) -> int:
        """The octets of the wire form; counted without making it, since LIST asks for every message."""
        content = self._content
        bare_ends = content.count(b"\n") - content.count(b"\r\n")
        return len(content) + bare_ends + (0 if _is_complete(content) else 2)

    @property
    def octets(self) -> bytes:
        """The wire form: the stored octets with a CRLF at the end of each line, also of the last one."""
        content = self._content
        if content.count(b"\n") != content.count(b"\r\n"):
            content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return content if _is_complete(content) else content + b"\r\n"

    def top(self, lines: int) -> bytes:
        """The header, the empty line and so many lines of the body (RFC 1939 §7 "TOP"), in wire form."""
        octets = self.octets
        if octets.startswith(b"\r\n"):
            end = 2
        else:
            found = octets.find(b"\r\n\r\n")
            end = len(octets) if found < 0 else found + 4
        if lines >= octets.count(b"\n", end):
            return octets
        return octets[: _behind_lines(octets, end, lines)]


class Maildrop:
    """A session's view of a home. Mail that arrives later is left to the next session."""

    def __init__(self, home: MailHome) -> None:
        self._home = home
        self._inbox = home.inbox
        validity = self._inbox.uid_validity
        self._mails = [Mail(number, stored, validity) for number, stored in enumerate(self._inbox, start=1)]

    @classmethod
    def lock(cls, home: MailHome) -> Maildrop | None:
        """Take the maildrop for one session, or None if another session has it. Give it back with `release`."""
        maildrop = cls(home)
        return maildrop if home.lock(maildrop) else None

    def __iter__(self) -> Iterator[Mail]:
        """The messages that are not marked as deleted."""
        return (mail for mail in self._mails if not mail.deleted)

    def find(self, number: int) -> Mail | None:
        """The message of that number, unless there is none or it is marked as deleted."""
        mail = self._mails[number - 1] if 1 <= number <= len(self._mails) else None
        return mail if mail is not None and not mail.deleted else None

    def reset(self) -> None:
        """Take all marks of deletion back."""
        for mail in self._mails:
            mail.deleted = False

    def update(self) -> list[Mail]:
        """The UPDATE state: delete what is marked, flag as seen what was retrieved; returns what was deleted.

        What another protocol expunged meanwhile counts as deleted all the same.
        """
        deleted = [mail for mail in self._mails if mail.deleted]
        self._inbox.expunge(mail.uid for mail in deleted)
        for mail in self._mails:
            stored = self._inbox.get(mail.uid) if mail.retrieved else None
            if stored is not None and not stored.has("\\Seen"):
                self._inbox.set_flags(mail.uid, stored.flags | {"\\Seen"})
        return deleted

    def release(self) -> None:
        """Let other sessions have it; may be called twice."""
        self._home.unlock(self)


def _behind_lines(octets: bytes, start: int, lines: int) -> int:
    """Where so many lines from ``start`` on end; there are more. Counting is far quicker than line after line."""
    if not lines:
        return start
    low, high = start, len(octets)  # the end is behind low, and not behind high
    while high - low > 1:
        middle = (low + high) // 2
        counted = octets.count(b"\n", low, middle)
        if counted < lines:
            low, lines = middle, lines - counted
        else:
            high = middle
    return high


def _is_complete(content: bytes) -> bool:
    return not content or content.endswith(b"\n")
