"""POP3 (RFC 1939) with the extensions of RFC 2449, 2595, 5034 and 6856, as bytes in and actions out."""

from __future__ import annotations

from sandbox.faults.effects.miscount import Miscount
from sandbox.faults.effects.reply import Reply
from sandbox.sansio import (
    Action,
    Actions,
    BurstCore,
    Close,
    LineBuffer,
    LineTooLongError,
    Send,
    StartTls,
)
from sandbox.services.pop3.authorization import Authorization, Note, Offer, OpenMaildrop, Verify
from sandbox.services.pop3.command import Command, Commands, perform
from sandbox.services.pop3.faults import Fault, miscounted, no_fault, point_of
from sandbox.services.pop3.replies import RefusedError, err, listing, ok
from sandbox.services.pop3.transaction import Transaction

# RFC 2449 §4 asks for 255 octets; a SASL response may be as long as RFC 4954 §4 allows.
MAX_LINE = 12_288

BUSY = err("Too many connections, try again later", "SYS/TEMP")


class Pop3Core(BurstCore):
    """One POP3 session: the AUTHORIZATION state until a maildrop is open, then the TRANSACTION state.

    ``secure`` tells whether TLS is on already. A maildrop that was opened is released when the session ends, however
    it ends; only QUIT deletes anything.
    """

    def __init__(
        self,
        offer: Offer,
        verify: Verify,
        open_maildrop: OpenMaildrop,
        note: Note,
        *,
        secure: bool = False,
        fault: Fault = no_fault,
    ) -> None:
        super().__init__()
        self._fault = fault
        self._offer = offer
        self._note = note
        self._secure = secure
        self._lines = LineBuffer(MAX_LINE)
        self._authorization = Authorization(offer, verify, open_maildrop, note)
        self._transaction: Transaction | None = None
        self._commands = self._in_authorization()
        self._then: Action | None = None

    def opened(self) -> Actions:
        stamp = f" {self._offer.stamp}" if self._offer.stamp else ""
        return (Send(ok(f"POP3 {self._offer.hostname} server ready{stamp}")),)

    def take_in(self, data: bytes) -> None:
        self._lines.feed(data)

    def step(self) -> list[Action] | None:
        reply = self._next_reply()
        if reply is None:
            return None
        actions: list[Action] = [Send(reply)]
        if self._then is not None:
            actions.append(self._then)
            self._then = None
        return actions

    def tls_started(self) -> Actions:
        self._secure = True
        self._commands = self._in_authorization()
        return ()

    def idle(self) -> Actions:
        return (Send(err("Disconnected for inactivity", "SYS/TEMP")), Close())

    def crashed(self) -> Actions:
        return (Send(err("Internal error", "SYS/TEMP")), Close())

    def closed(self) -> None:
        if self._transaction is not None:
            self._transaction.maildrop.release()

    def _next_reply(self) -> bytes | None:
        try:
            line = self._lines.next_line()
            return None if line is None else self._reply(line)
        except LineTooLongError:
            self._authorization.cancel()
            return err("Line too long")
        except RefusedError as refused:
            return refused.reply

    def _reply(self, line: bytes) -> bytes:
        answer = self._authorization.respond if self._authorization.exchanging else self._perform
        reply = answer(line)
        if self._transaction is None and self._authorization.maildrop is not None:
            self._transaction = Transaction(self._authorization.maildrop, self._note)
            self._commands = self._in_any_state() | self._transaction.commands
        return reply

    def _perform(self, line: bytes) -> bytes:
        """Do a command, or say what a fault has it say instead; after one that ends the connection nothing is done."""
        effect = self._fault(*point_of(line, self._authorization.claimed))
        if effect is None or isinstance(effect, Miscount):
            state = "AUTHORIZATION" if self._transaction is None else "TRANSACTION"
            reply = perform(line, self._commands, state)
            return reply if effect is None else miscounted(reply, effect)
        if not isinstance(effect, Reply):
            self.over = True
            return b""
        if effect.closes:
            self._then = Close()
        return effect.octets

    def _in_any_state(self) -> Commands:
        return {
            b"CAPA": Command(self._capa),
            b"LANG": Command(self._lang, range(2)),
            b"QUIT": Command(self._quit),
        }

    def _in_authorization(self) -> Commands:
        commands = self._in_any_state() | {b"STLS": Command(self._stls), b"UTF8": Command(self._utf8)}
        if self._may_log_in:
            return commands | self._authorization.commands
        return commands | dict.fromkeys(self._authorization.commands, Command(_tls_first, None))

    @property
    def _may_log_in(self) -> bool:
        return self._secure or not self._offer.login_requires_tls

    @property
    def _offers_stls(self) -> bool:
        return self._offer.stls and not self._secure

    def _capa(self) -> bytes:
        """CAPA (RFC 2449 §5): the same in both states, since a capability is announced even where it has no use."""
        lines = [
            "TOP",
            "UIDL",
            "RESP-CODES",
            "AUTH-RESP-CODE",
            "PIPELINING",
            "EXPIRE NEVER",
            "UTF8 USER",
            "LANG",
        ]
        if self._may_log_in:
            lines.append("USER")
            if self._offer.mechanisms:
                lines.append(f"SASL {' '.join(self._offer.mechanisms)}")
        if self._offers_stls:
            lines.append("STLS")
        return listing("Capability list follows", [*lines, "IMPLEMENTATION Sandbox"])

    def _lang(self, tag: bytes = b"") -> bytes:
        """LANG (RFC 6856 §3): we speak English, and say so."""
        if not tag:
            return listing("Language listing follows", ["en English", "i-default Default language"])
        if tag.lower() not in (b"*", b"en", b"i-default"):
            raise RefusedError("There is no such language")
        return ok("en I speak English")

    def _utf8(self) -> bytes:
        """UTF8 (RFC 6856 §2): messages go out octet for octet with or without it."""
        return ok("UTF8 enabled")

    def _stls(self) -> bytes:
        """STLS (RFC 2595 §4); plain-text input behind the command is dropped, what was said before forgotten."""
        if not self._offers_stls:
            raise RefusedError("TLS is active already" if self._secure else "STLS is not offered here")
        self._authorization.cancel()
        self._lines.clear()
        self._then = StartTls()
        return ok("Begin TLS negotiation now")

    def _quit(self) -> bytes:
        self._lines.clear()
        self._then = Close()
        if self._transaction is not None:
            self._transaction.quit()
        return ok("Sayonara")


def _tls_first(_: bytes) -> bytes:
    raise RefusedError("Say STLS first: logins need TLS here")
