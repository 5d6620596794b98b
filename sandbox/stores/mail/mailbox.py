"""One mailbox: messages under strictly rising UIDs, with flags and a counter of modifications."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from sandbox.stores.mail.message import Message


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message in a mailbox. Flags and keywords are kept as the client spelt them.

    ``internal_date`` is in seconds since the epoch, ``zone`` its offset from UTC in minutes (RFC 3501 §2.3.3).
    ``modseq`` is the mailbox' counter at the last change (RFC 7162 §3.1).
    """

    uid: int
    message: Message
    flags: frozenset[str]
    internal_date: float
    zone: int
    modseq: int

    @property
    def content(self) -> bytes:
        """The octets of the message."""
        return self.message.content

    def has(self, flag: str) -> bool:
        """Whether the flag is set; flags are compared without case (RFC 3501 §2.3.2)."""
        return flag.lower() in {other.lower() for other in self.flags}


@dataclass(frozen=True, slots=True)
class Appended:
    """A message arrived. ``origin`` is whoever made the change, so that a session can tell its own."""

    stored: StoredMessage
    origin: object = None


@dataclass(frozen=True, slots=True)
class Expunged:
    """A message is gone for good."""

    uid: int
    modseq: int
    origin: object = None


@dataclass(frozen=True, slots=True)
class Flagged:
    """The flags of a message changed."""

    stored: StoredMessage
    origin: object = None


Change: TypeAlias = Appended | Expunged | Flagged


class Mailbox:
    """Messages in the order of their UIDs, which strictly rise from 1 and are never used again (RFC 3501 §2.3.1.1).

    Sequence numbers are a session's own matter. ``uid_validity`` never changes during the mailbox' life, but by a fault;
    ``special_use`` is the attribute of RFC 6154, as ``\\Sent``, if any. ``octets`` is the size of all messages.
    """

    def __init__(self, name: str, *, uid_validity: int, special_use: str | None = None) -> None:
        self.name = name
        self.uid_validity = uid_validity
        self.special_use = special_use
        self.uid_next = 1
        self.highest_modseq = 1
        self.octets = 0
        self._uids: list[int] = []
        self._stored: dict[int, StoredMessage] = {}
        self._expunged: list[Expunged] = []
        self._unseen_by_any = 1
        self._watchers: list[Callable[[Change], None]] = []

    def __len__(self) -> int:
        return len(self._uids)

    def __iter__(self) -> Iterator[StoredMessage]:
        return iter([self._stored[uid] for uid in self._uids])

    @property
    def uids(self) -> tuple[int, ...]:
        """All UIDs, ascending."""
        return tuple(self._uids)

    def get(self, uid: int) -> StoredMessage | None:
        """The message with that UID, if it is still there."""
        return self._stored.get(uid)

    def append(
        self,
        message: Message,
        *,
        flags: Iterable[str] = (),
        internal_date: float | None = None,
        zone: int = 0,
        origin: object = None,
    ) -> StoredMessage:
        """Add a message at the end; the time of its arrival stands in for a missing internal date."""
        stored = StoredMessage(
            uid=self.uid_next,
            message=message,
            flags=frozenset(flags),
            internal_date=message.received if internal_date is None else internal_date,
            zone=zone,
            modseq=self._next_modseq(),
        )
        self.uid_next += 1
        self._uids.append(stored.uid)
        self._stored[stored.uid] = stored
        self.octets += len(message.content)
        self._tell(Appended(stored, origin))
        return stored

    def set_flags(self, uid: int, flags: Iterable[str], *, origin: object = None) -> StoredMessage | None:
        """Replace the flags of a message; None if it is gone. Setting what is already set changes nothing."""
        stored = self._stored.get(uid)
        if stored is None:
            return None
        wanted = frozenset(flags)
        if wanted != stored.flags:
            stored = replace(stored, flags=wanted, modseq=self._next_modseq())
            self._stored[uid] = stored
            self._tell(Flagged(stored, origin))
        return stored

    def expunge(self, uids: Iterable[int], *, origin: object = None) -> list[int]:
        """Remove messages for good; returns the UIDs that were still there, ascending."""
        gone = sorted(uid for uid in set(uids) if uid in self._stored)
        for uid in gone:
            self.octets -= len(self._stored.pop(uid).content)
            del self._uids[bisect_left(self._uids, uid)]
            expunged = Expunged(uid, self._next_modseq(), origin)
            self._expunged.append(expunged)
            self._tell(expunged)
        return gone

    def expunged_since(self, modseq: int) -> list[int]:
        """UIDs expunged after the counter stood at ``modseq`` (RFC 7162 §3.2.7)."""
        return sorted(expunged.uid for expunged in self._expunged if expunged.modseq > modseq)

    def count_recent(self) -> int:
        """How many messages no session has been told of yet (RFC 3501 §2.3.2)."""
        return len(self._uids) - bisect_left(self._uids, self._unseen_by_any)

    def take_recent(self) -> frozenset[int]:
        """The UIDs of those messages; the session that takes them is the one they are \\Recent for."""
        recent = frozenset(self._uids[bisect_left(self._uids, self._unseen_by_any) :])
        self._unseen_by_any = self.uid_next
        return recent

    def watch(self, watcher: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``watcher`` after each change, with whoever made it; returns the function that ends it."""
        self._watchers.append(watcher)

        def unwatch() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unwatch

    def copy(self) -> Mailbox:
        """The same mailbox, with nobody who watches it and a life of its own."""
        other = Mailbox(self.name, uid_validity=self.uid_validity, special_use=self.special_use)
        other.uid_next = self.uid_next
        other.highest_modseq = self.highest_modseq
        other.octets = self.octets
        other._uids = self._uids.copy()
        other._stored = self._stored.copy()
        other._expunged = self._expunged.copy()
        other._unseen_by_any = self._unseen_by_any
        return other

    def _next_modseq(self) -> int:
        self.highest_modseq += 1
        return self.highest_modseq

    def _tell(self, change: Change) -> None:
        for watcher in tuple(self._watchers):
            watcher(change)
