"""AUTH (RFC 4954) against the accounts: aiosmtpd's exchanges, and CRAM-MD5 beside them."""

from __future__ import annotations

import asyncio
import binascii
import hmac
from base64 import b64decode, b64encode
from typing import Any, get_args

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session, _Missing

from sandbox.net.connection import Connection
from sandbox.sansio import LineTooLongError
from sandbox.service import Context
from sandbox.services.smtp.settings import Mechanism, Settings
from sandbox.services.smtp.wire import Wire
from sandbox.stores.accounts import Account


class LoginSession(Session):
    """What is known about the client. ``auth_data`` is its account once it has logged in."""

    # aiosmtpd sets it after each login and warns, in the log, that it is deprecated.
    login_data: Any = None


class Login(Wire):
    """A client that may log in, with any of the mechanisms of the settings."""

    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    session: LoginSession  # never None while a client is served

    def __init__(self, connection: Connection, settings: Settings, context: Context) -> None:
        super().__init__(
            connection,
            settings,
            context,
            authenticator=_check_password,
            excluded_mechanisms={*get_args(Mechanism)} - {*settings.auth_mechanisms},
        )

    @property
    def login_offered(self) -> bool:
        """Whether AUTH is offered now."""
        secure = self.connection.tls is not None or not self.settings.auth_requires_tls
        return secure and bool(self.settings.auth_mechanisms)

    @property
    def user(self) -> str | None:
        """Who has logged in."""
        account = self.session.auth_data
        return account.name if isinstance(account, Account) else None

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Whether the command is refused because nobody has logged in (RFC 4954 §6)."""
        if not self.settings.auth_required or self.session.authenticated:
            return False
        await self.push("530 5.7.0 Authentication required")
        return True

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Whether the command is refused because the client has not introduced itself."""
        return self.settings.hello_required and await super().check_helo_needed(helo)

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Log in; aiosmtpd knows the mechanisms by their upper-case names only."""
        if not self.settings.auth_mechanisms:
            await self.push("502 5.5.1 AUTH is not offered")
        elif not self.login_offered:
            await self.push("538 5.7.11 Encryption required for requested authentication mechanism")
        elif self.envelope is not None and self.envelope.mail_from is not None:
            await self.push("503 5.5.1 AUTH not permitted within a mail transaction")
        else:
            mechanism, *response = (arg or "").split(None, 1) or [""]
            await super().smtp_AUTH(" ".join([mechanism.upper(), *response]))

    async def auth_CRAM__MD5(self, server: SMTP, args: list[str]) -> AuthResult:
        """Prove the password without sending it (RFC 2195)."""
        if len(args) > 1:
            await self.push("501 5.5.4 CRAM-MD5 takes no initial response")
            return AuthResult(success=False)
        stamp = f"{self.connection.number}.{self.context.clock():.6f}"
        challenge = f"<{stamp}@{self.hostname}>".encode()
        response = await self.challenge_auth(challenge)
        if isinstance(response, _Missing):
            return AuthResult(success=False)
        user, _, digest = response.rpartition(b" ")
        if not user:
            await self.push("501 5.5.2 Syntax: user name, space, digest")
            return AuthResult(success=False)

        def proof(password: str) -> bool:
            expected = hmac.new(password.encode(), challenge, "md5").hexdigest()
            return hmac.compare_digest(expected.encode(), digest.lower())

        name = user.decode(errors="replace")
        return self.logged_in("CRAM-MD5", name, self.context.accounts.verify(name, proof))

    async def challenge_auth(
        self, challenge: str | bytes, encode_to_b64: bool = True, log_client_response: bool = False
    ) -> _Missing | bytes:
        """Send a challenge and return the decoded response, or MISSING when a refusal has been sent instead."""
        octets = challenge.encode() if isinstance(challenge, str) else challenge
        await self.push_plain("334 " + (b64encode(octets) if encode_to_b64 else octets).decode())
        try:
            response = (await self.line()).strip()
        except LineTooLongError:
            await self.push("500 5.5.6 Authentication exchange line is too long")
            return MISSING
        if response == b"*":
            await self.push("501 5.7.0 Authentication cancelled")
            return MISSING
        try:
            return b64decode(response, validate=True)
        except binascii.Error:
            await self.push("501 5.5.2 Cannot decode base64")
            return MISSING

    def logged_in(self, mechanism: str, name: str, account: Account | None) -> AuthResult:
        """Put the outcome on the timeline and into aiosmtpd's form."""
        if account is None:
            self.connection.note("login.refused", user=name, mechanism=mechanism)
            return AuthResult(success=False, handled=False)
        self.connection.user = account.name
        self.connection.note("login.accepted", user=account.name, mechanism=mechanism)
        return AuthResult(success=True, auth_data=account)

    def _create_session(self) -> LoginSession:
        session = LoginSession(asyncio.get_running_loop())
        # aiosmtpd knows AUTH only where ESMTP is spoken; a client that need not say EHLO is taken to speak it.
        session.extended_smtp = not self.settings.hello_required
        return session


def _check_password(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    assert isinstance(server, Login)
    name = data.login.decode(errors="replace")
    account = server.context.accounts.login(name, data.password.decode(errors="replace"))
    return server.logged_in(mechanism, name, account)
