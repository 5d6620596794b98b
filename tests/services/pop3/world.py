"""A world for POP3 cores without a sandbox: two accounts and the first one's mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sandbox.sansio import Core, Send
from sandbox.sansio.sasl import Credentials
from sandbox.services.pop3.authorization import Offer
from sandbox.services.pop3.core import Pop3Core
from sandbox.services.pop3.maildrop import Maildrop
from sandbox.stores.accounts import Account, Accounts
from sandbox.stores.mail import MailStore

STAMP = "<1.1000@pop.test>"
FIRST = b"Subject: one\r\n\r\nHello\r\n.\r\n..two\r\nend\r\n"
SECOND = b"Subject: two\n\n.bare\nlines"


class World:
    """Accounts, one home with two messages, and the facts a core noted."""

    def __init__(self, *messages: bytes) -> None:
        self.accounts = Accounts([Account("ann", "secret"), Account("bob", "pass word")], accept_any=False)
        self.mail = MailStore(clock=lambda: 1000.0)
        self.offer = Offer(hostname="pop.test", stamp=STAMP)
        self.facts: list[tuple[str, dict[str, object]]] = []
        self.inbox = self.mail.home("ann").inbox
        for content in messages or (FIRST, SECOND):
            self.inbox.append(self.mail.new_message(content))

    def core(self, *, secure: bool = False) -> Pop3Core:
        def verify(claim: Credentials) -> str | None:
            account = self.accounts.verify(claim.name, claim.proof, claim.password)
            return None if account is None else account.name

        return Pop3Core(
            self.offer,
            verify,
            lambda user: Maildrop.lock(self.mail.home(user)),
            lambda name, /, **details: self.facts.append((name, details)),
            secure=secure,
        )


def logged_in(world: World) -> Pop3Core:
    """A core in the TRANSACTION state, with ann's maildrop."""
    core = world.core()
    list(core.opened())
    say(core, "USER ann", "PASS secret")
    return core


def say(core: Core, *lines: str) -> bytes:
    """What the core answers to these lines in one chunk."""
    data = "".join(line + "\r\n" for line in lines).encode()
    return b"".join(action.data for action in core.receive(data) if isinstance(action, Send))


def fresh(**offer: object) -> Callable[[], Core]:
    """Makes cores, each in a world of its own: what `play` wants for its chunk sizes."""

    def made() -> Core:
        world = World()
        world.offer = replace(world.offer, **offer)  # type: ignore[arg-type]
        return world.core()

    return made
