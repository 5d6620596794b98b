"""Mail transactions (RFC 5321 §3.3): MAIL, RCPT, then DATA or BDAT, and the message is in the store."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiosmtpd.smtp import Envelope

from sandbox.services.smtp.bounces import is_bounce, return_to_sender
from sandbox.services.smtp.data import DataBuffer, has_long_line
from sandbox.services.smtp.login import Login
from sandbox.services.smtp.path import Path, PathError, parse_path
from sandbox.stores import mail

# The values a parameter may have. Those of DSN (RFC 3461) are taken, not acted upon, and so DSN is not announced.
_MAIL_PARAMETERS = {
    "SIZE": re.compile(r"\d{1,20}", re.ASCII),
    "BODY": re.compile(r"7BIT|8BITMIME|BINARYMIME", re.IGNORECASE),
    "SMTPUTF8": re.compile(r""),
    "AUTH": re.compile(r".*"),
    "RET": re.compile(r"FULL|HDRS", re.IGNORECASE),
    "ENVID": re.compile(r".+"),
}
_RCPT_PARAMETERS = {
    "NOTIFY": re.compile(r"NEVER|(SUCCESS|FAILURE|DELAY)(,(SUCCESS|FAILURE|DELAY))*", re.IGNORECASE),
    "ORCPT": re.compile(r"[^;]+;.+"),
}
_CHUNK = re.compile(r"(\d{1,20})( +LAST)?", re.ASCII | re.IGNORECASE)


class Transaction(Envelope):
    """What is known about the mail on its way; ``mail_from`` is None until MAIL is accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.body: str | None = None
        self.chunks: bytearray | None = None


class MailTransactions(Login):
    """A client that may send mail."""

    envelope: Transaction  # never None while a client is served

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a transaction (RFC 5321 §4.1.1.2)."""
        if not await self.check_helo_needed() and not await self.check_auth_needed("MAIL"):
            await self.push(self._mail(arg or ""))

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Add a recipient (RFC 5321 §4.1.1.3)."""
        await self.push(self._rcpt(arg or ""))

    async def smtp_DATA(self, arg: str | None) -> None:
        """Receive the message (RFC 5321 §4.1.1.4)."""
        refusal = self._no_data_now()
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif refusal:
            await self.push(refusal)
        elif self.envelope.chunks is not None or self.envelope.body == "BINARYMIME":
            await self.push("503 5.5.1 BDAT must be used for this message")
        else:
            await self.push_plain('354 Enter mail, end with "." on a line by itself')
            data = DataBuffer(self.settings.max_message)
            while (rest := data.feed(await self.piece())) is None:
                pass
            self.put_back(rest)
            await self.push(self._received(data.content()))

    async def smtp_BDAT(self, arg: str | None) -> None:
        """Receive a part of the message, counted (RFC 3030 §2)."""
        found = _CHUNK.fullmatch(arg or "")
        if found is None:
            await self.push("501 5.5.4 Syntax: BDAT octets [LAST]")
            return
        refusal = self._no_data_now()
        message = bytearray() if self.envelope.chunks is None else self.envelope.chunks
        # The octets of a chunk that is refused are no commands either.
        room = -1 if refusal else self.settings.max_message - len(message)
        chunk = await self._counted(int(found[1]), room)
        if refusal:
            await self.push(refusal)
        elif chunk is None:
            await self.push(self._received(None))
        else:
            message += chunk
            self.envelope.chunks = message
            last = found[2] is not None
            await self.push(
                self._received(bytes(message)) if last else f"250 2.0.0 {found[1]} octets received"
            )

    def _mail(self, arg: str) -> str:
        transaction = self.envelope
        if transaction.mail_from is not None:
            return "503 5.5.1 Sender already specified"
        keyword, colon, rest = arg.partition(":")
        if keyword.rstrip().upper() != "FROM" or not colon:
            return "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"
        try:
            path = parse_path(rest.strip())
        except PathError:
            return "553 5.1.7 That is no mail address"
        refusal = _refusal(path, _MAIL_PARAMETERS)
        if refusal:
            return refusal
        if int(path.parameters.get("SIZE", 0)) > self.settings.max_message:
            self.connection.note("mail.refused", reason="too big", sender=path.address)
            return f"552 5.3.4 Message size exceeds the limit of {self.settings.max_message} octets"
        transaction.mail_from = path.address
        transaction.smtp_utf8 = "SMTPUTF8" in path.parameters
        transaction.body = path.parameters["BODY"].upper() if "BODY" in path.parameters else None
        return f"250 2.1.0 <{path.address}>... Sender ok"

    def _rcpt(self, arg: str) -> str:
        transaction = self.envelope
        if transaction.mail_from is None:
            return "503 5.5.1 Need MAIL before RCPT"
        keyword, colon, rest = arg.partition(":")
        if keyword.rstrip().upper() != "TO" or not colon:
            return "501 5.5.4 Syntax: RCPT TO:<address> [parameters]"
        try:
            path = parse_path(rest.strip())
        except PathError:
            return "553 5.1.3 That is no mail address"
        if not path.address:
            return "553 5.1.3 A recipient needs an address"
        return _refusal(path, _RCPT_PARAMETERS) or self._recipient(path.address)

    def _recipient(self, address: str) -> str:
        recipients = self.envelope.rcpt_tos
        if len(recipients) >= self.settings.max_recipients:
            self.connection.note("mail.refused", reason="too many recipients", recipient=address)
            return "452 4.5.3 Too many recipients"
        if self.settings.recipients == "listed" and not self.is_listed(address):
            self.connection.note("mail.refused", reason="unknown recipient", recipient=address)
            return f"550 5.1.1 <{address}>... User unknown"
        recipients.append(address)
        return f"250 2.1.5 <{address}>... Recipient ok"

    def is_listed(self, address: str) -> bool:
        """Whether the address belongs to a listed account; that of the postmaster always counts as one."""
        if address.rpartition("@")[0].lower() == "postmaster" or address.lower() == "postmaster":
            return True  # RFC 5321 §4.5.1
        listed = {account.name.lower() for account in self.context.accounts.listed}
        return not listed.isdisjoint(self.context.accounts.owners(address))

    def _no_data_now(self) -> str | None:
        if self.envelope.mail_from is None:
            return "503 5.5.1 Need MAIL before DATA"
        if not self.envelope.rcpt_tos:
            return "503 5.5.1 Need RCPT before DATA"
        return None

    async def discard_chunk(self, arg: str | None) -> None:
        """Read the octets that follow a BDAT which is refused: they are no commands."""
        found = _CHUNK.fullmatch(arg or "")
        if found is not None:
            await self._counted(int(found[1]), -1)

    def bounces(self, address: str) -> bool:
        """Whether mail to the recipient is accepted and then returned."""
        return self.settings.magic and is_bounce(address) and not self.is_listed(address)

    async def _counted(self, size: int, room: int) -> bytearray | None:
        """Read that many octets; they are read, not kept, and None is returned where there is no room for them."""
        kept = bytearray()
        left = size
        while left:
            piece = await self.piece()
            self.put_back(piece[left:])
            if size <= room:
                kept += piece[:left]
            left -= len(piece[:left])
        return kept if size <= room else None

    def _received(self, content: bytes | None) -> str:
        transaction = self.envelope
        self.begin_transaction()
        if content is None:
            self.connection.note("mail.refused", reason="too big", sender=transaction.mail_from)
            return f"552 5.3.4 Message size exceeds the limit of {self.settings.max_message} octets"
        # What is binary has no lines (RFC 3030 §3).
        if transaction.body != "BINARYMIME" and has_long_line(content, self.settings.max_line):
            self.connection.note("mail.refused", reason="line too long", sender=transaction.mail_from)
            return f"500 5.5.2 A line is longer than {self.settings.max_line} octets"
        self.about_to_deliver(content, transaction)
        return f"250 2.0.0 {self._deliver(content, transaction)} Message accepted for delivery"

    def about_to_deliver(self, content: bytes, transaction: Transaction) -> None:
        """Called when a message is complete and would be accepted."""

    def _deliver(self, content: bytes, transaction: Transaction) -> str:
        recipients = tuple(transaction.rcpt_tos)
        envelope = mail.Envelope(
            sender=transaction.mail_from or "",
            recipients=recipients,
            helo=self.session.host_name or "",
            user=self.user,
            smtputf8=transaction.smtp_utf8,
            body=transaction.body,
        )
        store, connection = self.context.mail, self.connection
        message = store.new_message(
            content, connection=connection.number, envelope=envelope, tls=connection.tls
        )
        owners = self.context.accounts.owners
        bounced = [recipient for recipient in recipients if self.bounces(recipient)]
        store.deliver(
            message, [owner for each in recipients if each not in bounced for owner in owners(each)]
        )
        connection.note(
            "mail.accepted",
            id=message.id,
            sender=envelope.sender,
            recipients=recipients,
            size=len(content),
        )
        if bounced:
            return_to_sender(message, bounced, self.context, connection)
        return message.id

    def _create_envelope(self) -> Transaction:
        return Transaction()


def _refusal(path: Path, known: Mapping[str, re.Pattern[str]]) -> str | None:
    for name, value in path.parameters.items():
        if name not in known:
            return "555 5.5.4 Parameter not recognized or not implemented"
        if not known[name].fullmatch(value):
            return f"501 5.5.4 Bad value of {name}"
    return None
