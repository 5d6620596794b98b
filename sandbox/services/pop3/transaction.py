"""The TRANSACTION state (RFC 1939 §5): looking at the maildrop, reading its messages and marking them."""

from __future__ import annotations

from sandbox.services.pop3.authorization import Note
from sandbox.services.pop3.command import Command, Commands
from sandbox.services.pop3.maildrop import Mail, Maildrop
from sandbox.services.pop3.replies import RefusedError, listing, message, ok

DIGITS = 18  # more than any number needs; Python's int() of a long text is slow


class Transaction:
    """Works on an open maildrop. Every method takes the arguments of its command and returns the reply.

    Raises RefusedError for what cannot be done.
    """

    def __init__(self, maildrop: Maildrop, note: Note) -> None:
        self.maildrop = maildrop
        self._note = note

    @property
    def commands(self) -> Commands:
        """What the client may say, beside what it may say in any state."""
        return {
            b"DELE": Command(self.dele, range(1, 2)),
            b"LAST": Command(self.last),
            b"LIST": Command(self.list, range(2)),
            b"NOOP": Command(self.noop),
            b"RETR": Command(self.retr, range(1, 2)),
            b"RSET": Command(self.rset),
            b"STAT": Command(self.stat),
            b"TOP": Command(self.top, range(2, 3)),
            b"UIDL": Command(self.uidl, range(2)),
        }

    def stat(self) -> bytes:
        """STAT: how many messages, how many octets; those marked as deleted do not count."""
        sizes = [mail.size for mail in self.maildrop]
        return ok(f"{len(sizes)} {sum(sizes)}")

    def list(self, number: bytes = b"") -> bytes:
        """LIST: the size of one message or of all."""
        if number:
            mail = self._find(number)
            return ok(f"{mail.number} {mail.size}")
        return listing(
            "Mailbox scan listing follows", (f"{mail.number} {mail.size}" for mail in self.maildrop)
        )

    def uidl(self, number: bytes = b"") -> bytes:
        """UIDL: the unique identifier of one message or of all; UIDVALIDITY and UID of IMAP, so it never changes."""
        if number:
            mail = self._find(number)
            return ok(f"{mail.number} {mail.unique_id}")
        lines = (f"{mail.number} {mail.unique_id}" for mail in self.maildrop)
        return listing("Unique-ID listing follows", lines)

    def retr(self, number: bytes) -> bytes:
        """RETR: the whole message."""
        mail = self._find(number)
        self._retrieved(mail)
        return message(f"{mail.size} octets", mail.octets)

    def top(self, number: bytes, lines: bytes) -> bytes:
        """TOP: the header and some lines of the body; with lines enough it is RETR, and fetchmail uses it so."""
        mail = self._find(number)
        octets = mail.top(_number(lines, "line count"))
        if len(octets) == mail.size:
            self._retrieved(mail)
        return message("Top of message follows", octets)

    def dele(self, number: bytes) -> bytes:
        """DELE: mark the message; it is deleted at QUIT."""
        mail = self._find(number)
        mail.deleted = True
        return ok(f"Message {mail.number} deleted")

    def rset(self) -> bytes:
        """RSET: take all marks back."""
        self.maildrop.reset()
        return ok("Reset state")

    def noop(self) -> bytes:
        """NOOP: nothing, and the session is not idle."""
        return ok("No-op to you too!")

    def last(self) -> bytes:
        """LAST is no part of RFC 1939 any more; UIDL tells a client what it has seen."""
        raise RefusedError("LAST is obsolete, use UIDL")

    def quit(self) -> None:
        """QUIT enters the UPDATE state: now the marked messages are deleted, and the maildrop is free."""
        for mail in self.maildrop.update():
            self._note("message.deleted", number=mail.number, uid=mail.uid, size=mail.size)
        self.maildrop.release()

    def _find(self, number: bytes) -> Mail:
        mail = self.maildrop.find(_number(number, "message number"))
        if mail is None:
            raise RefusedError("No such message")
        return mail

    def _retrieved(self, mail: Mail) -> None:
        mail.retrieved = True
        self._note("message.retrieved", number=mail.number, uid=mail.uid, size=mail.size)


def _number(text: bytes, what: str) -> int:
    if not text.isdigit() or len(text) > DIGITS:
        raise RefusedError(f"Invalid {what}")
    return int(text)
