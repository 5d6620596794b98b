"""All homes and all messages that were ever accepted."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable

from sandbox.journal import TlsFacts
from sandbox.stores.mail.home import MailHome
from sandbox.stores.mail.mailbox import Mailbox, StoredMessage
from sandbox.stores.mail.message import Envelope, Message


class MailStore:
    """What SMTP accepts and POP3, IMAP and HTTP read.

    ``messages`` holds everything that was accepted, in order of arrival, also what was deleted from its mailboxes
    since. ``clock`` returns seconds since the epoch. With ``samples`` each new home starts with a few sample mails.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.time, samples: bool = False, hostname: str = "sandbox.test"
    ) -> None:
        self.messages: list[Message] = []
        self._watchers: list[Callable[[Message, bool], None]] = []
        self._clock = clock
        self._samples = samples
        self._hostname = hostname
        self._homes: dict[str, MailHome] = {}
        self._last_id = 0
        # Seconds since the epoch keep UIDVALIDITY rising over restarts (RFC 3501 §2.3.1.1).
        self._last_uid_validity = int(clock())

    @property
    def users(self) -> tuple[str, ...]:
        """The users that have a home, in the order in which they appeared."""
        return tuple(self._homes)

    def home(self, user: str) -> MailHome:
        """The user's mailboxes; made, with its samples, when first asked for."""
        key = user.lower()
        if key not in self._homes:
            home = self._homes[key] = MailHome(key, self._next_uid_validity)
            if self._samples:
                from sandbox.stores.mail.samples import sample_mails  # loads the email package

                for content in sample_mails(key, self._hostname, self._clock()):
                    home.inbox.append(self.new_message(content))
        return self._homes[key]

    def new_message(
        self,
        content: bytes,
        *,
        connection: int = 0,
        envelope: Envelope | None = None,
        tls: TlsFacts | None = None,
    ) -> Message:
        """A message with an identifier of its own, received now; it stands in no mailbox yet."""
        self._last_id += 1
        return Message(
            id=f"{self._last_id:08d}",
            content=content,
            received=self._clock(),
            connection=connection,
            envelope=envelope,
            tls=tls,
        )

    def deliver(self, message: Message, users: Iterable[str]) -> None:
        """Accept a message and put it into the INBOX of each user, once."""
        self.messages.append(message)
        for user in dict.fromkeys(user.lower() for user in users):
            self.home(user).inbox.append(message)
        self._tell(message, present=True)

    def places(self, wanted: Collection[str]) -> dict[str, list[tuple[Mailbox, StoredMessage]]]:
        """Where the messages of these identifiers stand: of each its mailboxes, none if it was deleted from all."""
        found: dict[str, list[tuple[Mailbox, StoredMessage]]] = {each: [] for each in wanted}
        for mailbox in (mailbox for home in self._homes.values() for mailbox in home):
            for stored in mailbox:
                if stored.message.id in found:
                    found[stored.message.id].append((mailbox, stored))
        return found

    def remove(self, wanted: Collection[str]) -> list[str]:
        """Forget messages, and expunge them from every mailbox as another client would.

        Returns the identifiers of those that were there, in order.
        """
        places = self.places(wanted)
        gone = [message for message in self.messages if message.id in places]
        known = {message.id for message in gone}
        self.messages[:] = [message for message in self.messages if message.id not in known]
        for mailbox, stored in (place for found in places.values() for place in found):
            mailbox.expunge([stored.uid])
        for message in gone:
            self._tell(message, present=False)
        return sorted(known | {each for each, found in places.items() if found})

    def watch(self, watcher: Callable[[Message, bool], None]) -> Callable[[], None]:
        """Call ``watcher`` with each message that was accepted (True) or removed (False); returns what ends it."""
        self._watchers.append(watcher)

        def unwatch() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unwatch

    def snapshot(self) -> object:
        """All homes and messages."""
        homes = {user: home.copy() for user, home in self._homes.items()}
        return tuple(self.messages), homes, self._last_id, self._last_uid_validity

    def restore(self, snapshot: object) -> None:
        """Have these homes and messages. Whoever still holds a mailbox of before holds what nobody else sees."""
        assert isinstance(snapshot, tuple)
        messages, homes, self._last_id, self._last_uid_validity = snapshot
        self.messages = list(messages)
        self._homes = {user: home.copy() for user, home in homes.items()}

    def _tell(self, message: Message, *, present: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(message, present)

    def _next_uid_validity(self) -> int:
        self._last_uid_validity += 1
        return self._last_uid_validity
