"""A session's own picture of the selected mailbox: sequence numbers, \\Recent, and what it was not yet told of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from sandbox.services.imap.fetch import render_flags
from sandbox.services.imap.flags import SYSTEM
from sandbox.services.imap.sequence import SequenceSet
from sandbox.stores.mail import Appended, Change, Expunged, Flagged, Mailbox, StoredMessage


class View:
    """The mailbox as this session knows it. A message keeps its number until the session is told of an EXPUNGE.

    Changes made with the view as their origin are its own: their flags are not reported again. ``changed`` is called
    after each change that has to be.
    """

    def __init__(self, mailbox: Mailbox, *, read_only: bool, changed: Callable[[], None]) -> None:
        self.mailbox = mailbox
        self.read_only = read_only
        self.recent: set[int] = set()
        self.shows_modseq = False
        self._keywords: dict[str, str] = {}
        self._new_keywords = False
        self._uids = list(mailbox.uids)
        self._arrived: list[int] = []
        self._expunged: set[int] = set()
        self._flagged: set[int] = set()
        self._changed = changed
        self._unwatch = mailbox.watch(self._notice)
        self._take_recent()
        for stored in mailbox:
            self._learn_keywords(stored.flags)
        self._new_keywords = False

    def close(self) -> None:
        """Stop looking at the mailbox."""
        self._unwatch()

    def __len__(self) -> int:
        return len(self._uids)

    def __iter__(self) -> Iterator[tuple[int, StoredMessage]]:
        """The messages that still exist, with their sequence numbers."""
        return self.stored(enumerate(self._uids, start=1))

    def number(self, uid: int) -> int:
        """The sequence number of a message of this view."""
        return bisect_left(self._uids, uid) + 1

    def select(self, numbers: SequenceSet, *, by_uid: bool) -> list[tuple[int, int]]:
        """Sequence number and UID of the messages of a set, ascending; UIDs nobody has are left out.

        Raises ValueError for a sequence number beyond the last.
        """
        if by_uid:
            return [(self.number(uid), uid) for uid in numbers.select(self._uids)]
        if numbers.highest > len(self._uids) or not self._uids:
            raise ValueError("there is no message of that number")
        return [(number, self._uids[number - 1]) for number in numbers.expand(len(self._uids))]

    def stored(self, chosen: Iterable[tuple[int, int]]) -> Iterator[tuple[int, StoredMessage]]:
        """Those of the chosen messages that still exist: another session may have removed some meanwhile."""
        for number, uid in chosen:
            stored = self.mailbox.get(uid)
            if stored is not None:
                yield number, stored

    @property
    def flags_line(self) -> bytes:
        """What FLAGS and PERMANENTFLAGS list: the system flags and all keywords in use."""
        return " ".join((*SYSTEM, *self._keywords.values())).encode("utf-8", "replace")

    @property
    def permanent_flags(self) -> bytes:
        """The response code that says which flags can be set for good; ``\\*`` promises new keywords."""
        return b"PERMANENTFLAGS (%s)" % (b"" if self.read_only else self.flags_line + b" \\*")

    def news(self, *, expunges: bool, with_uid: bool) -> list[bytes]:
        """The untagged responses that bring the client up to date (RFC 3501 §7).

        EXPUNGEs wait unless ``expunges``: they would shift the numbers of a command under way (§7.4.1).
        """
        lines: list[bytes] = []
        if expunges and self._expunged:
            lines += self._news_of_expunged()
        lines += self.news_of_arrivals()
        lines += self.news_of_keywords()
        if self._flagged:
            flagged = sorted(self._flagged)
            self._flagged.clear()
            for number, stored in self.stored((self.number(uid), uid) for uid in flagged):
                lines.append(self.flags_response(number, stored, with_uid=with_uid))
        return lines

    def news_of_arrivals(self) -> list[bytes]:
        """EXISTS and RECENT, if messages arrived; only what is announced here has a number."""
        arrived = [uid for uid in self._arrived if uid not in self._expunged]
        self._expunged.difference_update(self._arrived)
        self._arrived.clear()
        if not arrived:
            return []
        self._uids += arrived
        self._take_recent()
        return [b"* %d EXISTS\r\n" % len(self._uids), b"* %d RECENT\r\n" % len(self.recent)]

    def news_of_keywords(self) -> list[bytes]:
        """FLAGS and PERMANENTFLAGS anew, if there are keywords the client does not know."""
        if not self._new_keywords:
            return []
        self._new_keywords = False
        code = self.permanent_flags
        return [b"* FLAGS (%s)\r\n" % self.flags_line, b"* OK [%s] new keywords\r\n" % code]

    def _news_of_expunged(self) -> Iterator[bytes]:
        """One pass over the mailbox, however many are gone; each line is true after those before it."""
        left: list[int] = []
        for uid in self._uids:
            if uid in self._expunged:
                self._expunged.discard(uid)
                self.recent.discard(uid)
                yield b"* %d EXPUNGE\r\n" % (len(left) + 1)
            else:
                left.append(uid)
        self._uids = left

    def flags_response(
        self, number: int, stored: StoredMessage, *, with_uid: bool, with_flags: bool = True
    ) -> bytes:
        """The untagged FETCH that tells of a message's flags, and of the modification counter where that is shown."""
        items: list[bytes] = []
        if with_uid:
            items.append(b"UID %d" % stored.uid)
        if with_flags:
            items.append(b"FLAGS " + render_flags(stored.flags, recent=stored.uid in self.recent))
        if self.shows_modseq:
            items.append(b"MODSEQ (%d)" % stored.modseq)
        return b"* %d FETCH (%b)\r\n" % (number, b" ".join(items))

    def _notice(self, change: Change) -> None:
        match change:
            case Appended(stored):
                self._arrived.append(stored.uid)
                self._learn_keywords(stored.flags)
            case Expunged(uid):
                self._expunged.add(uid)
            case Flagged(stored, origin):
                self._learn_keywords(stored.flags)
                if origin is self:
                    return
                self._flagged.add(stored.uid)
        self._changed()

    def _learn_keywords(self, flags: Iterable[str]) -> None:
        for flag in sorted(flags):
            if flag[:1] != "\\" and flag.lower() not in self._keywords:
                self._keywords[flag.lower()] = flag
                self._new_keywords = True

    def _take_recent(self) -> None:
        if self.read_only:
            count = self.mailbox.count_recent()
            self.recent.update(self.mailbox.uids[-count:] if count else ())
        else:
            self.recent |= self.mailbox.take_recent()
