"""Where a mail transaction goes wrong: rules for each command and for the message, and magic recipients."""

from __future__ import annotations

import re

from sandbox.faults.effects import Effect
from sandbox.faults.effects.reply import Reply
from sandbox.services.smtp.magic import effect_of, is_greylisted
from sandbox.services.smtp.path import PathError, parse_path
from sandbox.services.smtp.transaction import MailTransactions, Transaction
from sandbox.services.smtp.wire import Command

_SIZE = re.compile(r"\bSIZE=(\d{1,18})\b", re.ASCII | re.IGNORECASE)
_GREYLISTED = Reply.model_construct(
    kind="reply", text="451 4.7.1 Greylisted, try again in a moment", close=False
)
MAGIC = "magic address"


class AfflictedError(Exception):
    """Something goes wrong instead of what would be done."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(effect.kind)
        self.effect = effect


class FaultyTransactions(MailTransactions):
    """A client whose commands may go wrong."""

    async def perform(self, event: str, command: Command, argument: str | None) -> None:
        """Do a command, or suffer what happens instead of it."""
        try:
            await self._pass(event, argument or "")
            await command(argument)
        except AfflictedError as afflicted:
            if event in ("data", "bdat"):  # smtplib goes on with the next mail without RSET
                self.begin_transaction()
            await self._suffer(afflicted.effect)

    def about_to_deliver(self, content: bytes, transaction: Transaction) -> None:
        """The point ``message``: the recipients are its argument. Raises AfflictedError."""
        recipients = ", ".join(transaction.rcpt_tos)
        sender = transaction.mail_from or ""
        self._meet(self.connection.fault("message", recipients, size=len(content), sender=sender))

    async def _pass(self, event: str, argument: str) -> None:
        """Go past the point of a command. Raises AfflictedError."""
        subject, size = _subject(event, argument), 0
        if event == "mail" and (found := _SIZE.search(argument)):
            size = int(found[1])
        if event == "rcpt" and self.connection.faults.active:
            size = self._held(subject)
        effect = self.connection.fault(event, subject, size=size, sender=self.envelope.mail_from or "")
        if effect is not None and event == "bdat":
            await self.discard_chunk(argument)
        self._meet(effect)
        if event == "rcpt" and self.settings.magic and self.envelope.mail_from is not None:
            self._meet(self._magic(subject))

    def _meet(self, effect: Effect | None) -> None:
        if effect is not None:
            raise AfflictedError(effect)

    def _magic(self, address: str) -> Effect | None:
        effect = effect_of(address)
        if is_greylisted(address):
            greylist = self.connection.faults.greylist(MAGIC)
            known = greylist.passes(self.connection.peer_host, self.envelope.mail_from or "", address)
            effect = None if known else _GREYLISTED
        if effect is None or self.is_listed(address):
            return None
        return self.connection.afflict(MAGIC, effect, "rcpt", address)

    async def _suffer(self, effect: Effect) -> None:
        if isinstance(effect, Reply):
            await self.push_plain(effect.octets.decode().removesuffix("\r\n"))
            if effect.closes:
                self.transport.close()

    def _held(self, recipient: str) -> int:
        """Octets in the mailboxes of a recipient."""
        homes = map(self.context.mail.home, self.context.accounts.owners(recipient))
        return max((sum(mailbox.octets for mailbox in home) for home in homes), default=0)


def _subject(event: str, argument: str) -> str:
    """What a rule sees of the argument: of MAIL and RCPT the address, of AUTH the mechanism and never more."""
    if event == "auth":
        return argument.partition(" ")[0]
    if event not in ("mail", "rcpt"):
        return argument
    try:
        return parse_path(argument.partition(":")[2].strip()).address
    except PathError:
        return argument
