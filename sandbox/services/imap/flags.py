"""Flags as clients write them: system flags in one spelling, keywords as they come (RFC 3501 §2.3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sandbox.services.imap.replies import BadError
from sandbox.services.imap.tokens import Atom, Token

SEEN = "\\Seen"
DELETED = "\\Deleted"
SYSTEM = ("\\Answered", "\\Flagged", DELETED, SEEN, "\\Draft")

_SYSTEM = {flag.upper(): flag for flag in SYSTEM}
_KEYWORD = re.compile(r"[^\\%*\]\x80-\U0010ffff]{1,200}\Z")


def parse_flags(tokens: Iterable[Token]) -> frozenset[str]:
    """The flags of APPEND and STORE. Raises BadError for what a client cannot set, as \\Recent."""
    return union(frozenset(), map(_parse, tokens))


def union(flags: frozenset[str], added: Iterable[str]) -> frozenset[str]:
    """The flags with others; of a keyword in several spellings the first stays."""
    spelt: dict[str, str] = {}
    for flag in (*flags, *added):
        spelt.setdefault(flag.lower(), flag)
    return frozenset(spelt.values())


def difference(flags: frozenset[str], removed: Iterable[str]) -> frozenset[str]:
    """The flags without others, in whatever spelling."""
    gone = {flag.lower() for flag in removed}
    return frozenset(flag for flag in flags if flag.lower() not in gone)


def _parse(token: Token) -> str:
    if not isinstance(token, Atom):
        raise BadError("a flag is an atom")
    text = token.value.decode("utf-8", "replace")
    if text.startswith("\\"):
        if text.upper() not in _SYSTEM:
            raise BadError(f"{text[:40]} is no flag a client can set")
        return _SYSTEM[text.upper()]
    if not _KEYWORD.match(text):
        raise BadError("this is no keyword")
    return text
