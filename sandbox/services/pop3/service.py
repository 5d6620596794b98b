"""The POP3 service: a core for each client, over the accounts and the mail store of the sandbox."""

from __future__ import annotations

from functools import partial

from sandbox.net.connection import Connection
from sandbox.sansio import Core
from sandbox.sansio.sasl import Credentials
from sandbox.service import AbstractService
from sandbox.services.pop3.authorization import Offer
from sandbox.services.pop3.core import BUSY, Pop3Core
from sandbox.services.pop3.maildrop import Maildrop
from sandbox.services.pop3.settings import Settings


class Service(AbstractService[Settings]):
    """The maildrop of a user is the INBOX that SMTP delivers to and IMAP shows."""

    name = "pop3"

    async def open(self) -> None:
        for binding in self.settings.bindings():
            await self.context.network.listen_core(
                self.name, binding, self.settings.limits, self._make_core, busy=BUSY
            )

    def _make_core(self, connection: Connection) -> Core:
        offer = Offer(
            hostname=self.context.hostname,
            stamp=self._stamp(connection) if self.settings.apop else None,
            stls=connection.binding.tls == "starttls",
            mechanisms=self.settings.auth_mechanisms,
            login_requires_tls=self.settings.login_requires_tls,
            token=partial(self.context.dice.token, "pop3.challenge", 8),
        )

        def open_maildrop(user: str) -> Maildrop | None:
            maildrop = self._open_maildrop(user)
            if maildrop is not None:
                connection.user = user
            return maildrop

        return Pop3Core(
            offer,
            self._verify,
            open_maildrop,
            connection.note,
            secure=connection.tls is not None,
            fault=connection.fault,
        )

    def _stamp(self, connection: Connection) -> str:
        """A timestamp as in RFC 1939 §7, different in every greeting."""
        milliseconds = int(self.context.clock() * 1000)
        return f"<{connection.number}.{milliseconds}@{self.context.hostname}>"

    def _verify(self, credentials: Credentials) -> str | None:
        account = self.context.accounts.verify(credentials.name, credentials.proof, credentials.password)
        return None if account is None else account.name

    def _open_maildrop(self, user: str) -> Maildrop | None:
        return Maildrop.lock(self.context.mail.home(user))
