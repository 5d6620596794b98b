"""Mails for the tests of the content half: stored messages out of a few lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from sandbox.services.imap.replies import Steps, T
from sandbox.services.imap.tokens import Atom, Group, String, Token
from sandbox.stores.mail import Message, StoredMessage

NEW_YEAR = 1767250800.0  # 2026-01-01 07:00:00 UTC


def crlf(text: str | bytes) -> bytes:
    """The text without its indentation and its first line end, with CRLF for each line end."""
    if isinstance(text, str):
        text = textwrap.dedent(text).removeprefix("\n").encode()
    return text.replace(b"\n", b"\r\n")


def stored(
    content: str | bytes = b"Subject: x\r\n\r\nbody\r\n",
    *,
    uid: int = 1,
    flags: Iterable[str] = (),
    date: float = NEW_YEAR,
    zone: int = 0,
    modseq: int = 2,
) -> StoredMessage:
    """A message in a mailbox; text is turned into CRLF form, bytes stay as they are."""
    octets = crlf(content) if isinstance(content, str) else content
    message = Message(id=f"{uid:08d}", content=octets, received=date)
    return StoredMessage(uid, message, frozenset(flags), date, zone, modseq)


def numbered(*messages: StoredMessage) -> list[tuple[int, StoredMessage]]:
    """The messages of a mailbox with their sequence numbers."""
    return list(enumerate(messages, start=1))


def outcome(steps: Steps[T]) -> T:
    """What work returns that pauses within."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def tokens(*words: object) -> list[Token]:
    """Tokens out of Python values: text is an atom, bytes are a string, lists are groups, numbers atoms."""
    return [_token(word) for word in words]


def _token(word: object) -> Token:
    match word:
        case bytes():
            return String(word)
        case list() | tuple():
            return Group(tuple(_token(item) for item in word))
        case _:
            return Atom(str(word).encode())
