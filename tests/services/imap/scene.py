"""A world without sockets for the dialogues of the core: accounts, a mail store, and clients that keep their facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.dice import Dice
from sandbox.faults.effects import Effect
from sandbox.journal import TlsFacts
from sandbox.sansio import Send, WhenDrained
from sandbox.services.imap.core import ImapCore
from sandbox.services.imap.settings import Settings
from sandbox.stores.accounts import Account, Accounts
from sandbox.stores.mail import MailStore, StoredMessage

NOW = 1_700_000_000.0
ACCOUNTS = Accounts([Account("ann", "secret"), Account("bob", "hidden")])
SIMPLE = b"Subject: one\r\n\r\nfirst\r\n"


@dataclass
class FakeClient:
    """Keeps the facts it is told and counts how often it was woken."""

    number: int = 1
    tls: TlsFacts | None = None
    facts: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    woken: int = 0
    user: str = ""

    def wake(self) -> None:
        self.woken += 1

    def note(self, name: str, /, **details: object) -> None:
        self.facts.append((name, details))

    def fault(self, event: str, argument: str = "", *, size: int = 0, sender: str = "") -> Effect | None:
        return None


@dataclass
class FakeWorld:
    """What the sessions share; a message more is one call."""

    accounts: Accounts = ACCOUNTS
    mail: MailStore = field(default_factory=lambda: MailStore(clock=lambda: NOW))
    hostname: str = "sandbox.test"
    clock: Callable[[], float] = lambda: NOW
    dice: Dice = field(default_factory=Dice)

    def deliver(
        self, content: bytes = SIMPLE, *, flags: tuple[str, ...] = (), to: str = "INBOX"
    ) -> StoredMessage:
        """Put a message into a mailbox of ann's, as SMTP would."""
        mailbox = self.mail.home("ann").get(to)
        assert mailbox is not None
        return mailbox.append(self.mail.new_message(content), flags=flags)


def core(
    world: FakeWorld | None = None,
    *,
    client: FakeClient | None = None,
    offers_tls: bool = False,
    **settings: object,
) -> ImapCore:
    """A core that was told nothing yet."""
    return ImapCore(
        Settings.model_validate(settings), world or FakeWorld(), client or FakeClient(), offers_tls=offers_tls
    )


def quiet(*lines: bytes, world: FakeWorld | None = None, **options: object) -> ImapCore:
    """A core after greeting, login of ann and these commands, whose answers nobody looks at."""
    made = core(world, **options)  # type: ignore[arg-type]
    list(made.opened())
    say(made, b"login LOGIN ann secret", *lines)
    return made


def say(made: ImapCore, *lines: bytes) -> bytes:
    """Send lines; all that is answered by the time everything is read."""
    return heard(made, b"".join(line + b"\r\n" for line in lines))


def heard(made: ImapCore, data: bytes) -> bytes:
    """Send bytes; all that is answered by the time everything is read."""
    actions = [*made.receive(data)]
    while actions and isinstance(actions[-1], WhenDrained):
        actions[-1:] = made.drained()
    return sent(actions)


def sent(actions: object) -> bytes:
    """The bytes of the Sends among the actions."""
    return b"".join(action.data for action in actions if isinstance(action, Send))  # type: ignore[attr-defined]


class Logged:
    """A core for :func:`tests.play.play` whose greeting and login are over when the scene begins."""

    def __init__(self, prepare: Callable[[FakeWorld], object] = lambda world: None, *lines: bytes) -> None:
        self._prepare = prepare
        self._lines = lines

    def __call__(self) -> ImapCore:
        world = FakeWorld()
        self._prepare(world)
        made = quiet(*self._lines, world=world)
        made.opened = lambda: ()  # type: ignore[method-assign]
        return made
