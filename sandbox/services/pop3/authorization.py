"""The AUTHORIZATION state (RFC 1939 §4): USER and PASS, APOP, AUTH (RFC 5034), until a maildrop is open."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from typing import Protocol

from sandbox.sansio import sasl
from sandbox.sansio.sasl import Credentials
from sandbox.services.pop3.command import Command, Commands
from sandbox.services.pop3.maildrop import Maildrop
from sandbox.services.pop3.replies import RefusedError, listing, ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a listener offers. ``stamp`` is the timestamp of the greeting, ``<digits.digits@host>``, if APOP is.

    ``token`` makes the challenges of SASL differ.
    """

    hostname: str
    stamp: str | None = None
    stls: bool = False
    mechanisms: tuple[str, ...] = sasl.MECHANISMS
    login_requires_tls: bool = False
    token: Callable[[], str] = sasl.fresh


class Note(Protocol):
    """Puts a fact on the timeline."""

    def __call__(self, name: str, /, **details: object) -> None: ...


#: The login name of the account if the credentials are good, else None.
Verify = Callable[[Credentials], str | None]
#: The maildrop of an account, locked; None if another session has it.
OpenMaildrop = Callable[[str], Maildrop | None]


class Authorization:
    """Finds out who the client is. ``maildrop`` is None until it is logged in; every method returns a reply.

    Raises RefusedError for what is not accepted; the client may try again.
    """

    def __init__(self, offer: Offer, verify: Verify, open_maildrop: OpenMaildrop, note: Note) -> None:
        self.maildrop: Maildrop | None = None
        self._offer = offer
        self._verify = verify
        self._open_maildrop = open_maildrop
        self._note = note
        self._user: str | None = None
        self._mechanism = ""
        self._exchange: sasl.Exchange | None = None

    @property
    def commands(self) -> Commands:
        """What the client may say."""
        return {
            b"APOP": Command(self.apop, None),
            b"AUTH": Command(self.auth, None),
            b"PASS": Command(self.password, None),
            b"RPOP": Command(self.rpop, None),
            b"USER": Command(self.user, None),
        }

    @property
    def claimed(self) -> str:
        """The name that USER gave."""
        return self._user or ""

    @property
    def exchanging(self) -> bool:
        """Whether the next line is a response within AUTH, and no command."""
        return self._exchange is not None

    def user(self, argument: bytes) -> bytes:
        """USER: any name is accepted here, so that nobody learns which ones exist (RFC 1939 §13)."""
        if not argument:
            raise RefusedError("Missing user name argument")
        self._user = _text(argument)
        return ok("User name accepted, password please")

    def password(self, argument: bytes) -> bytes:
        """PASS: the rest of the line, blanks included, is the password."""
        user, self._user = self._user, None
        if user is None:
            raise RefusedError("USER must come first")
        return self._log_in(sasl.clear_text(user, _text(argument)), "USER")

    def apop(self, argument: bytes) -> bytes:
        """APOP (RFC 1939 §7): the MD5 digest of the greeting's timestamp and the password."""
        stamp = self._offer.stamp
        user, _, digest = argument.rpartition(b" ")
        if stamp is None:
            raise RefusedError("APOP is not offered: the greeting has no timestamp")
        if not user:
            raise RefusedError("APOP wants a user name and a digest")

        def proof(secret: str) -> bool:
            wanted = md5((stamp + secret).encode(), usedforsecurity=False).hexdigest()
            return hmac.compare_digest(wanted.encode(), digest.lower())

        return self._log_in(Credentials(_text(user), proof), "APOP")

    def rpop(self, _: bytes) -> bytes:
        """RPOP trusted the client's port number (RFC 1081) and is refused wherever it still exists."""
        raise RefusedError("RPOP is not supported, log in with USER and PASS")

    def auth(self, argument: bytes) -> bytes:
        """AUTH (RFC 5034 §4); without a mechanism it lists them, as some clients still expect."""
        if not argument:
            return listing("Supported mechanisms follow", self._offer.mechanisms)
        name, _, initial = argument.partition(b" ")
        mechanism = _text(name).upper()
        exchange = (
            sasl.begin(mechanism, self._offer.hostname, self._offer.token)
            if mechanism in self._offer.mechanisms
            else None
        )
        if exchange is None:
            raise RefusedError("Unsupported authentication mechanism")
        if initial and mechanism not in sasl.CLIENT_FIRST:
            raise RefusedError(f"{mechanism} takes no initial response")
        self._mechanism = mechanism
        self._exchange = exchange
        challenge = next(exchange)
        return self.respond(initial) if initial else _continuation(challenge)

    def respond(self, line: bytes) -> bytes:
        """The client's answer to a challenge."""
        exchange = self._exchange
        assert exchange is not None
        self._exchange = None
        if line == b"*":
            raise RefusedError("Authentication cancelled")
        try:
            challenge = exchange.send(sasl.decode(line))
        except StopIteration as end:
            return self._log_in(end.value, self._mechanism)
        except ValueError:
            raise RefusedError("Malformed authentication response") from None
        self._exchange = exchange
        return _continuation(challenge)

    def cancel(self) -> None:
        """Leave an exchange and forget the user name: its line was too long, or TLS begins (RFC 2595 §4)."""
        self._exchange = self._user = None

    def _log_in(self, credentials: Credentials, mechanism: str) -> bytes:
        user = self._verify(credentials)
        if user is None:
            self._note("login.refused", user=credentials.name, mechanism=mechanism, reason="credentials")
            raise RefusedError("Bad login", "AUTH")
        self.maildrop = self._open_maildrop(user)
        if self.maildrop is None:
            self._note("login.refused", user=user, mechanism=mechanism, reason="in use")
            raise RefusedError("Maildrop is locked by another session", "IN-USE")
        self._note("login.accepted", user=user, mechanism=mechanism)
        count = len(list(self.maildrop))
        return ok(f"Mailbox open, {count} message{'' if count == 1 else 's'}")


def _continuation(challenge: bytes) -> bytes:
    return b"+ " + base64.b64encode(challenge) + b"\r\n"


def _text(octets: bytes) -> str:
    """Names and passwords are UTF-8 (RFC 6856 §2.2); what is not fits no account."""
    return octets.decode("utf-8", "replace")
