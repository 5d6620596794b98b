"""What one connection knows: who logged in, what is selected, and what goes out with the next reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import Protocol

from sandbox.dice import Dice
from sandbox.faults.effects import Effect
from sandbox.journal import TlsFacts
from sandbox.services.imap import utf7
from sandbox.services.imap.capabilities import capabilities
from sandbox.services.imap.reader import CommandReader
from sandbox.services.imap.replies import BadError, NoError, astring
from sandbox.services.imap.sequence import compress
from sandbox.services.imap.settings import Settings
from sandbox.services.imap.view import View
from sandbox.stores.accounts import Accounts
from sandbox.stores.mail import Mailbox, MailHome, MailStore

MAX_NAME = 1000  # octets of a mailbox name


class State(Enum):
    """The states of RFC 3501 §3; logged out is closed."""

    NOT_AUTHENTICATED = auto()
    AUTHENTICATED = auto()
    SELECTED = auto()


class World(Protocol):
    """What the sessions share. ``clock`` returns seconds since the epoch."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def mail(self) -> MailStore: ...
    @property
    def hostname(self) -> str: ...
    @property
    def clock(self) -> Callable[[], float]: ...
    @property
    def dice(self) -> Dice: ...


class Client(Protocol):
    """What is known of the other end, and where facts about it go; ``wake`` has the core poked soon.

    ``user`` is told who has logged in, ``fault`` is asked what goes wrong with a command.
    """

    user: str

    @property
    def number(self) -> int: ...
    @property
    def tls(self) -> TlsFacts | None: ...
    @property
    def wake(self) -> Callable[[], None]: ...
    def note(self, name: str, /, **details: object) -> None: ...
    def fault(self, event: str, argument: str = "", *, size: int = 0, sender: str = "") -> Effect | None: ...


class Session:
    """The state of one connection, which the commands read and change."""

    def __init__(self, settings: Settings, world: World, client: Client, *, offers_tls: bool) -> None:
        self.settings = settings
        self.world = world
        self.client = client
        self.offers_tls = offers_tls
        self.secure = False
        self.user: str | None = None
        self.view: View | None = None
        self.tag = b"*"
        self.utf8 = False
        self.condstore = False
        self.idling = False
        self.reader = CommandReader(settings.max_line, settings.max_line)
        self.output: list[bytes] = []
        self._home: MailHome | None = None

    @property
    def state(self) -> State:
        """Which commands are in place."""
        if self.user is None:
            return State.NOT_AUTHENTICATED
        return State.AUTHENTICATED if self.view is None else State.SELECTED

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What is true of this connection now."""
        return capabilities(
            self.settings,
            starttls=self.offers_tls and not self.secure,
            secure=self.secure,
            authenticated=self.user is not None,
        )

    def offers(self, capability: str) -> bool:
        """Whether the settings leave that capability in place."""
        return capability not in {removed.upper() for removed in self.settings.capabilities_removed}

    @property
    def home(self) -> MailHome:
        """The mailboxes of the user who logged in."""
        assert self._home is not None, "nobody has logged in"
        return self._home

    @property
    def selected(self) -> View:
        """The view of the selected mailbox."""
        assert self.view is not None, "no mailbox is selected"
        return self.view

    def untagged(self, line: bytes) -> None:
        """Send ``* line`` with the reply."""
        self.output.append(b"* %b\r\n" % line)

    def log_in(self, user: str) -> None:
        """From now on the mailboxes are those of ``user``, and literals may be as long as messages."""
        self.user = self.client.user = user
        self._home = self.world.mail.home(user)
        self.reader.max_literal = self.settings.max_literal

    def select(self, mailbox: Mailbox, *, read_only: bool) -> View:
        """Look at a mailbox instead of the one before."""
        self.unselect()
        self.view = View(mailbox, read_only=read_only, changed=self._changed)
        self.view.shows_modseq = self.condstore
        return self.view

    def unselect(self) -> None:
        """Look at no mailbox."""
        if self.view is not None:
            self.view.close()
            self.view = None

    def tell_news(self, *, expunges: bool = True, with_uid: bool = False) -> None:
        """Bring the client up to date about the selected mailbox."""
        if self.view is not None:
            self.output += self.view.news(expunges=expunges, with_uid=with_uid)

    def writable(self) -> View:
        """The view of the selected mailbox. Raises NoError if it was only EXAMINEd."""
        if self.selected.read_only:
            raise NoError("the mailbox was opened read-only", "READ-ONLY")
        return self.selected

    def enable_condstore(self) -> None:
        """From now on news of flags tell the modification counter too (RFC 7162 §3.1).

        Raises BadError if the settings took the capability away.
        """
        if not self.offers("CONDSTORE"):
            raise BadError("there are no modification counters")
        if not self.condstore and self.view is not None:
            self.view.shows_modseq = True
            self.tell_highest_modseq()
        self.condstore = True

    def tell_highest_modseq(self) -> None:
        """Where the counter of the selected mailbox stands."""
        self.untagged(b"OK [HIGHESTMODSEQ %d] the last change" % self.selected.mailbox.highest_modseq)

    def expunge(self, uids: Iterable[int]) -> None:
        """Remove messages of the selected mailbox for good."""
        mailbox = self.selected.mailbox
        gone = mailbox.expunge(uids)
        if gone:
            uid_set = compress(gone).decode()
            self.client.note("message.expunged", mailbox=mailbox.name, uids=uid_set, count=len(gone))

    def find(self, name: str, code: str = "NONEXISTENT") -> Mailbox:
        """The mailbox of that name. Raises NoError with the ``code`` if there is none."""
        mailbox = self.home.get(name)
        if mailbox is None:
            raise NoError("there is no such mailbox", code)
        return mailbox

    def read_name(self, octets: bytes) -> str:
        """A mailbox name from the wire. Raises BadError for a bad encoding."""
        if len(octets) > MAX_NAME:
            raise NoError("the mailbox name is too long", "CANNOT")
        try:
            return octets.decode() if self.utf8 else utf7.decode(octets)
        except ValueError:
            raise BadError("the mailbox name is badly encoded") from None

    def written_name(self, name: str) -> bytes:
        """A mailbox name for the wire."""
        if not self.utf8 or name.isascii():
            return astring(name.encode() if self.utf8 else utf7.encode(name))
        return b'"%b"' % name.replace("\\", "\\\\").replace('"', '\\"').encode()

    def check_quota(self, octets: int) -> None:
        """Raises NoError if the user's mailboxes cannot hold that many more octets."""
        limit = self.settings.quota
        if limit and self.used() + octets > limit:
            raise NoError("the mailboxes are full", "OVERQUOTA")

    def used(self) -> int:
        """The octets in all mailboxes of the user."""
        return sum(mailbox.octets for mailbox in self.home)

    def _changed(self) -> None:
        if self.idling:
            self.client.wake()
