"""The search keys of RFC 3501 §6.4.4, RFC 5032 and RFC 7162: each is read once, then asked about every message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import eq, ge, gt, lt
from typing import TypeAlias

from sandbox.services.imap.collation import folded
from sandbox.services.imap.dates import SentDate, internal_day, read_date_field, read_search_date
from sandbox.services.imap.sequence import LARGEST, parse_set
from sandbox.services.imap.structure import structure
from sandbox.services.imap.text import Text, searchable
from sandbox.services.imap.tokens import Group, String, Token
from sandbox.stores.mail import StoredMessage

LARGEST_MODSEQ = 0x7FFFFFFFFFFFFFFF  # RFC 7162 §7 "mod-sequence-value"

# What it costs to ask a message: cheap questions are put first and spare the dear ones.
FREE, HEADER, BODY = range(3)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a key must know besides the message. ``now`` is in seconds since the epoch."""

    recent: frozenset[int]
    now: float
    largest_number: int
    largest_uid: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message under its sequence number."""

    number: int
    stored: StoredMessage
    scope: Scope

    @property
    def text(self) -> Text:
        """The decoded text."""
        return searchable(self.stored.content)

    @property
    def is_recent(self) -> bool:
        """Whether the message is \\Recent for this session."""
        return self.stored.uid in self.scope.recent


Test: TypeAlias = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Key:
    """One search key, read."""

    test: Test
    cost: int = FREE


class Arguments:
    """Hands out tokens one after the other. Every method raises ValueError with a text for the client.

    ``codec`` is Python's name of the charset that strings are in.
    """

    def __init__(self, tokens: Sequence[Token], codec: str) -> None:
        self.tokens = tokens
        self.codec = codec
        self.place = 0

    def __bool__(self) -> bool:
        return self.place < len(self.tokens)

    def next(self) -> Token:
        """The next token."""
        if not self:
            raise ValueError("search keys end too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def octets(self) -> bytes:
        """The next argument as it was sent, atom or string."""
        token = self.next()
        if isinstance(token, Group):
            raise ValueError("an argument of a search key is no list")
        return token.value

    def string(self) -> str:
        """The next argument as text for comparison."""
        try:
            return folded(self.octets().decode(self.codec))
        except UnicodeDecodeError:
            raise ValueError(f"a string is not in {self.codec.upper()}") from None

    def number(self, largest: int = LARGEST) -> int:
        """The next argument as a number."""
        text = self.octets()
        if not text.isdigit() or len(text) > 19 or int(text) > largest:
            raise ValueError("invalid number")
        return int(text)

    def date(self) -> date:
        """The next argument as a date."""
        return read_search_date(self.octets())


Reader: TypeAlias = Callable[[Arguments], Key]


def sent_date(content: bytes) -> SentDate | None:
    """What the Date field of a message says, if it says a date."""
    value = structure(content).header.get(b"date")
    return None if value is None else read_date_field(value)


def sequence_set(text: bytes) -> Key:
    """The messages with these sequence numbers."""
    numbers = parse_set(text)
    return Key(lambda one: numbers.contains(one.number, one.scope.largest_number))


def _uid(arguments: Arguments) -> Key:
    uids = parse_set(arguments.octets())
    return Key(lambda one: uids.contains(one.stored.uid, one.scope.largest_uid))


def _flag(flag: str, *, wanted: bool = True) -> Key:
    return Key(lambda one: one.stored.has(flag) is wanted)


def _keyword(*, wanted: bool) -> Reader:
    return lambda arguments: _flag(arguments.octets().decode("utf-8", "replace"), wanted=wanted)


def _in_field(name: bytes, wanted: str) -> Key:
    # The empty string is in every field that is there at all.
    return Key(lambda one: any(wanted in value for value in one.text.field(name)), HEADER)


def _field(name: bytes) -> Reader:
    return lambda arguments: _in_field(name, arguments.string())


def _header(arguments: Arguments) -> Key:
    name = arguments.octets().rstrip(b": ").lower()
    return _in_field(name, arguments.string())


def _body(arguments: Arguments) -> Key:
    wanted = arguments.string()
    return Key(lambda one: wanted in one.text.body, BODY)


def _text(arguments: Arguments) -> Key:
    wanted = arguments.string()
    return Key(lambda one: wanted in one.text.headers or wanted in one.text.body, BODY)


def _arrived(compare: Callable[[date, date], bool]) -> Reader:
    def read(arguments: Arguments) -> Key:
        day = arguments.date()
        return Key(lambda one: compare(internal_day(one.stored.internal_date, one.stored.zone), day))

    return read


def _sent(compare: Callable[[date, date], bool]) -> Reader:
    def read(arguments: Arguments) -> Key:
        day = arguments.date()

        def test(one: Candidate) -> bool:
            sent = sent_date(one.stored.content)
            return sent is not None and compare(sent.day, day)

        return Key(test, HEADER)

    return read


def _size(compare: Callable[[int, int], bool]) -> Reader:
    def read(arguments: Arguments) -> Key:
        size = arguments.number()
        return Key(lambda one: compare(len(one.stored.content), size))

    return read


def _age(*, younger: bool) -> Reader:
    def read(arguments: Arguments) -> Key:
        seconds = arguments.number()
        if not seconds:
            raise ValueError("an interval is at least a second")
        if younger:
            return Key(lambda one: one.stored.internal_date >= one.scope.now - seconds)
        return Key(lambda one: one.stored.internal_date <= one.scope.now - seconds)

    return read


def _modseq(arguments: Arguments) -> Key:
    first = arguments.next()
    if isinstance(
        first, String
    ):  # an entry and its kind: this store has one counter for all (RFC 7162 §3.1.5)
        arguments.octets()
    else:
        arguments.place -= 1
    modseq = arguments.number(LARGEST_MODSEQ)
    return Key(lambda one: one.stored.modseq >= modseq)


#: Keys without arguments.
PLAIN_KEYS: dict[bytes, Key] = {
    b"ALL": Key(lambda one: True),
    b"ANSWERED": _flag("\\Answered"),
    b"DELETED": _flag("\\Deleted"),
    b"DRAFT": _flag("\\Draft"),
    b"FLAGGED": _flag("\\Flagged"),
    b"NEW": Key(lambda one: one.is_recent and not one.stored.has("\\Seen")),
    b"OLD": Key(lambda one: not one.is_recent),
    b"RECENT": Key(lambda one: one.is_recent),
    b"SEEN": _flag("\\Seen"),
    b"UNANSWERED": _flag("\\Answered", wanted=False),
    b"UNDELETED": _flag("\\Deleted", wanted=False),
    b"UNDRAFT": _flag("\\Draft", wanted=False),
    b"UNFLAGGED": _flag("\\Flagged", wanted=False),
    b"UNSEEN": _flag("\\Seen", wanted=False),
}

#: Keys with arguments. NOT and OR, whose arguments are keys, are the grammar's matter.
READERS: dict[bytes, Reader] = {
    b"BCC": _field(b"bcc"),
    b"BEFORE": _arrived(lt),
    b"BODY": _body,
    b"CC": _field(b"cc"),
    b"FROM": _field(b"from"),
    b"HEADER": _header,
    b"KEYWORD": _keyword(wanted=True),
    b"LARGER": _size(gt),
    b"MODSEQ": _modseq,
    b"OLDER": _age(younger=False),
    b"ON": _arrived(eq),
    b"SENTBEFORE": _sent(lt),
    b"SENTON": _sent(eq),
    b"SENTSINCE": _sent(ge),
    b"SINCE": _arrived(ge),
    b"SMALLER": _size(lt),
    b"SUBJECT": _field(b"subject"),
    b"TEXT": _text,
    b"TO": _field(b"to"),
    b"UID": _uid,
    b"UNKEYWORD": _keyword(wanted=False),
    b"YOUNGER": _age(younger=True),
}
