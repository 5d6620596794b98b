"""SEARCH: a tree of keys out of a command's arguments, asked about the messages of a mailbox (RFC 3501 §6.4.4)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.services.imap.keys import PLAIN_KEYS, READERS, Arguments, Candidate, Key, Scope, sequence_set
from sandbox.services.imap.tokens import Atom, Group, String, Token
from sandbox.stores.mail import StoredMessage

#: The charsets that search strings may be in: those RFC 3501 asks for, and the ones Russian lessons meet.
CHARSETS = ("US-ASCII", "UTF-8", "ISO-8859-1", "ISO-8859-5", "KOI8-R", "WINDOWS-1251")
MAX_DEPTH = 100  # levels of NOT, OR and parentheses; clients join dozens of addresses with OR

_CODECS = {codecs.lookup(charset).name for charset in CHARSETS}
_RETURNS = (b"MIN", b"MAX", b"COUNT", b"ALL")


class BadCharset(Exception):  # noqa: N818  # named after the response code it is answered with
    """The charset of the strings is not among :data:`CHARSETS` (RFC 3501 §7.1 "BADCHARSET")."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a SEARCH asks for.

    ``returns`` is None, or the result options of an extended search (RFC 4731 §3.1). ``wants_modseq`` says that the
    response tells a modification counter, too (RFC 7162 §3.1.5).
    """

    key: Key
    returns: tuple[bytes, ...] | None = None
    wants_modseq: bool = False


def parse(tokens: Sequence[Token]) -> Query:
    """Read the arguments of a SEARCH: RETURN and CHARSET, if any, then the keys.

    Raises BadCharset, and ValueError with a text for the client.
    """
    returns: tuple[bytes, ...] | None = None
    charset = b"UTF-8"
    if _is_keyword(tokens, b"RETURN"):
        returns, tokens = _read_returns(tokens[1:2]), tokens[2:]
    if _is_keyword(tokens, b"CHARSET"):
        charset, tokens = read_charset(tokens[1:2]), tokens[2:]
    return parse_keys(tokens, charset, returns=returns)


def parse_keys(tokens: Sequence[Token], charset: bytes, *, returns: tuple[bytes, ...] | None = None) -> Query:
    """Read search keys whose strings are in ``charset``. Raises BadCharset, and ValueError with a text."""
    parser = _Parser(_codec(charset))
    return Query(parser.all_keys(tokens), returns, parser.wants_modseq)


def read_charset(tokens: Sequence[Token]) -> bytes:
    """The name of a charset. Raises ValueError with a text for the client."""
    match tokens:
        case [Atom(name) | String(name), *_]:
            return name
        case _:
            raise ValueError("the name of the charset is missing")


def scan(
    query: Query, messages: Sequence[tuple[int, StoredMessage]], *, recent: frozenset[int], now: float
) -> Iterator[tuple[int, StoredMessage] | None]:
    """Those of the ``messages``, given with their sequence numbers, that the query is about; None for each other one.

    ``messages`` is the whole mailbox, ascending, since ``*`` means the last of it. ``recent`` are UIDs, ``now`` is in
    seconds since the epoch.
    """
    if not messages:
        return
    number, last = messages[-1]
    scope = Scope(recent, now, largest_number=number, largest_uid=last.uid)
    test = query.key.test
    for number, stored in messages:
        yield (number, stored) if test(Candidate(number, stored, scope)) else None


class _Parser:
    """The recursive half of the grammar: lists of keys, NOT, OR and parentheses."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self.wants_modseq = False

    def all_keys(self, tokens: Sequence[Token], depth: int = 0) -> Key:
        """One key that is true when all the keys of ``tokens`` are."""
        arguments = Arguments(tokens, self.codec)
        keys: list[Key] = []
        while arguments:
            keys.append(self.key(arguments, depth))
        if not keys:
            raise ValueError("search keys are missing")
        return _every(keys)

    def key(self, arguments: Arguments, depth: int) -> Key:
        """The next key, with its arguments."""
        if depth > MAX_DEPTH:
            raise ValueError("search keys are nested too deeply")
        token = arguments.next()
        if isinstance(token, Group):
            return self.all_keys(token.items, depth + 1)
        if isinstance(token, String):
            raise ValueError("a string is no search key")
        if token.value[:1] == b"*" or token.value[:1].isdigit():
            return sequence_set(token.value)
        match token.upper:
            case b"NOT":
                return _negated(self.key(arguments, depth + 1))
            case b"OR":
                return _either(self.key(arguments, depth + 1), self.key(arguments, depth + 1))
            case name if name in PLAIN_KEYS:
                return PLAIN_KEYS[name]
            case name if name in READERS:
                self.wants_modseq |= name == b"MODSEQ"
                return READERS[name](arguments)
        raise ValueError(f"unknown search key {token.upper[:40].decode('ascii', 'replace')}")


def _every(keys: list[Key]) -> Key:
    if len(keys) == 1:
        return keys[0]
    tests = [key.test for key in sorted(keys, key=lambda key: key.cost)]
    return Key(lambda one: all(test(one) for test in tests), max(key.cost for key in keys))


def _negated(key: Key) -> Key:
    return Key(lambda one: not key.test(one), key.cost)


def _either(first: Key, second: Key) -> Key:
    cheap, dear = sorted((first, second), key=lambda key: key.cost)
    return Key(lambda one: cheap.test(one) or dear.test(one), dear.cost)


def _is_keyword(tokens: Sequence[Token], name: bytes) -> bool:
    return bool(tokens) and isinstance(tokens[0], Atom) and tokens[0].upper == name


def _read_returns(tokens: Sequence[Token]) -> tuple[bytes, ...]:
    match tokens:
        case [Group(items)]:
            options = tuple(item.upper if isinstance(item, Atom) else b"" for item in items)
        case _:
            raise ValueError("the options of RETURN are a list")
    if not set(options) <= set(_RETURNS):
        raise ValueError("unknown option of RETURN")
    return options or (b"ALL",)  # RFC 4731 §3.1


def _codec(charset: bytes) -> str:
    try:
        codec = codecs.lookup(charset[:40].decode("ascii")).name
    except (LookupError, ValueError):
        raise BadCharset from None
    if codec not in _CODECS:
        raise BadCharset
    # US-ASCII is what clients say by habit; what they then send is UTF-8.
    return "utf-8" if codec == "ascii" else codec
