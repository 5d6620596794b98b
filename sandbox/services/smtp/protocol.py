"""The whole SMTP dialogue: greetings, what the server can do, and the small commands."""

from __future__ import annotations

from sandbox.services.smtp.faults import FaultyTransactions
from sandbox.services.smtp.path import PathError, parse_path
from sandbox.stores.accounts import Account

# What HELP tells.
_SYNTAX = {
    "AUTH": "AUTH mechanism [initial-response]",
    "BDAT": "BDAT octets [LAST]",
    "DATA": "DATA",
    "EHLO": "EHLO hostname",
    "ETRN": "ETRN domain",
    "EXPN": "EXPN list",
    "HELO": "HELO hostname",
    "HELP": "HELP [command]",
    "MAIL": "MAIL FROM:<address> [parameters]",
    "NOOP": "NOOP [ignored]",
    "QUIT": "QUIT",
    "RCPT": "RCPT TO:<address> [parameters]",
    "RSET": "RSET",
    "STARTTLS": "STARTTLS",
    "VRFY": "VRFY address",
}


class SmtpProtocol(FaultyTransactions):
    """One client's dialogue. NOOP and RSET are aiosmtpd's own."""

    async def smtp_HELO(self, hostname: str | None) -> None:
        """Begin a session without extensions (RFC 5321 §4.1.1.1)."""
        if hostname:
            self._introduce(hostname, extended=False)
            await self.push_plain(f"250 {self._hello()}")
        else:
            await self.push("501 5.5.4 Syntax: HELO hostname")

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Begin a session and tell what the server can do; the whole reply is one write."""
        if hostname:
            self._introduce(hostname, extended=True)
            await self.push_plain(_lines("250", [self._hello(), *self._extensions()]))
        else:
            await self.push("501 5.5.4 Syntax: EHLO hostname")

    async def smtp_HELP(self, arg: str | None) -> None:
        """Name the commands, or tell how one is written (RFC 5321 §4.1.1.8)."""
        if not arg:
            lines = [f"{self.hostname} understands:", *_SYNTAX.values(), "End of HELP"]
            await self.push(_lines("214", [f"2.0.0 {line}" for line in lines]))
        elif arg.upper() in _SYNTAX:
            await self.push(f"214 2.0.0 Syntax: {_SYNTAX[arg.upper()]}")
        else:
            await self.push("504 5.5.4 HELP topic unknown")

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Tell whether an address is one of a listed account (RFC 5321 §4.1.1.6)."""
        if await self.check_auth_needed("VRFY"):
            return
        address = _address(arg)
        account = self._account(address)
        if not address:
            await self.push("501 5.5.4 Syntax: VRFY address")
        elif account is not None:
            await self.push(f"250 2.1.5 {account.name} <{self._addresses(account)[0]}>")
        elif self.settings.recipients == "listed" and not self.is_listed(address):
            await self.push(f"550 5.1.1 <{address}>... User unknown")
        else:
            await self.push("252 2.1.5 Cannot VRFY user, but will accept message and attempt delivery")

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Tell the addresses behind a name; a name nobody listed is a list of itself (RFC 5321 §4.1.1.7)."""
        if await self.check_auth_needed("EXPN"):
            return
        address = _address(arg)
        account = self._account(address)
        if not address:
            await self.push("501 5.5.4 Syntax: EXPN list")
        elif account is not None:
            await self.push(_lines("250", [f"2.1.5 <{each}>" for each in self._addresses(account)]))
        elif self.settings.recipients == "listed" and not self.is_listed(address):
            await self.push(f"550 5.1.1 <{address}>... User unknown")
        else:
            await self.push(f"250 2.1.5 <{self._qualified(address)}>")

    async def smtp_ETRN(self, arg: str | None) -> None:
        """Start the queue for a host, which is always empty (RFC 1985)."""
        if await self.check_auth_needed("ETRN"):
            return
        node = _address((arg or "").lstrip("@#"))
        if node:
            await self.push(f"250 2.0.0 OK, queuing for node {node} started")
        else:
            await self.push("501 5.5.4 Syntax: ETRN domain")

    async def smtp_QUIT(self, arg: str | None) -> None:
        """End the session (RFC 5321 §4.1.1.10)."""
        if arg:
            await self.push("501 5.5.4 Syntax: QUIT")
        else:
            await self.push(f"221 2.0.0 {self.hostname} closing connection")
            self.transport.close()

    def _introduce(self, hostname: str, *, extended: bool) -> None:
        self.begin_transaction()  # RFC 5321 §4.1.4
        self.session.host_name = hostname
        # AUTH belongs to ESMTP; where EHLO may be left out, HELO will do as well.
        self.session.extended_smtp = extended or not self.settings.hello_required

    def _hello(self) -> str:
        return f"{self.hostname} Hello {self.connection.peer_host or 'neighbour'}, pleased to meet you"

    def _extensions(self) -> list[str]:
        names = [
            f"SIZE {self.settings.max_message}",
            "8BITMIME",
            "SMTPUTF8",
            "PIPELINING",
            "ENHANCEDSTATUSCODES",
            "CHUNKING",
            "BINARYMIME",
            "ETRN",
            "EXPN",
            "VRFY",
        ]
        if self.starttls_offered:
            names.append("STARTTLS")
        if self.login_offered:
            names.append(f"AUTH {' '.join(self.settings.auth_mechanisms)}")
        return [*names, "HELP"]

    def _account(self, address: str) -> Account | None:
        """The listed account of that name or address."""
        owners = self.context.accounts.owners(address)
        return next((each for each in self.context.accounts.listed if each.name.lower() in owners), None)

    def _addresses(self, account: Account) -> tuple[str, ...]:
        return account.addresses or (self._qualified(account.name),)

    def _qualified(self, address: str) -> str:
        return address if "@" in address else f"{address}@{self.hostname}"


def _lines(code: str, texts: list[str]) -> str:
    return "\r\n".join([*(f"{code}-{text}" for text in texts[:-1]), f"{code} {texts[-1]}"])


def _address(arg: str | None) -> str:
    """The address of an argument, or "" if there is none that could be said back."""
    try:
        return parse_path(arg or "").address
    except PathError:
        return ""
