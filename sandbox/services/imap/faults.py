"""What may go wrong with a command of IMAP."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from sandbox.faults.effects import Effect
from sandbox.faults.effects.expunge import Expunge
from sandbox.faults.effects.miscount import Miscount
from sandbox.faults.effects.new_uid_validity import NewUidValidity
from sandbox.faults.effects.reply import Reply
from sandbox.services.imap.replies import ReplyError
from sandbox.services.imap.session import Session

_LITERAL = re.compile(rb"\{(\d+)\}\r\n")
_UNTAGGED = re.compile(r"[*+] ")
_SECRETIVE = ("login", "authenticate")


def argument_of(pieces: Sequence[bytes], event: str) -> str:
    """What follows the name of a command, literals included; of a login the user or mechanism only."""
    short = [piece if len(piece) < 1000 else b"{%d}" % len(piece) for piece in pieces]
    text = b"".join(short).decode("utf-8", "replace").partition(" ")[2].lstrip()
    for _ in event.split():
        text = text.partition(" ")[2].lstrip()
    if event in _SECRETIVE:
        text = _first(text) if len(pieces) == 1 else short[1].decode("utf-8", "replace")
    return text[1:-1] if re.fullmatch(r'"[^"]*"', text) else text


def _first(text: str) -> str:
    found = re.match(r'"[^"]*"|\S*', text)
    return found[0] if found else ""


def happens(session: Session, effect: Effect, argument: str) -> bool:
    """Let happen to the mailboxes what an effect is; False if it is no such effect."""
    match effect:
        case Expunge():
            if session.view is not None:
                uids = session.view.mailbox.uids
                session.view.mailbox.expunge(uids if effect.messages == "all" else uids[: effect.messages])
            return True
        case NewUidValidity():
            name = argument if session.view is None else argument or session.view.mailbox.name
            _renew(session, name)
            return True
    return False


def said(reply: Reply, tag: bytes) -> list[bytes]:
    """A reply as lines: the last one gets the tag, unless it is untagged by its own word."""
    return [
        line.encode() + b"\r\n" if _UNTAGGED.match(line) else b"%b %b\r\n" % (tag, line.encode())
        for line in reply.text.split("\n")
    ]


def miscounted(line: bytes, effect: Miscount) -> bytes:
    """A response whose first literal has another size than it says."""
    return _LITERAL.sub(lambda found: b"{%d}\r\n" % effect.of(int(found[1])), line, count=1)


def _renew(session: Session, argument: str) -> None:
    name = re.sub(r'^"|"$', "", _first(argument))
    with suppress(ReplyError):  # the command itself tells that there is no such mailbox
        session.home.renew(session.find(session.read_name(name.encode())))
