"""What a command line consists of once it is read: the values the grammar hands to fetch, search and the commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Atom:
    """A run of characters: a keyword, a number, a flag, a sequence set (RFC 3501 §9 "atom" and what looks like one).

    A bracket belongs to its atom with all that is in it: ``BODY.PEEK[HEADER.FIELDS (SUBJECT "X Y")]<0.10>`` is one.
    """

    value: bytes

    @property
    def upper(self) -> bytes:
        """The value for comparison with a keyword."""
        return self.value.upper()


@dataclass(frozen=True, slots=True)
class String:
    """A quoted string, unescaped, or a literal: never a keyword."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Literal(String):
    """A string sent as counted octets: the only form a message may have (RFC 3501 §6.3.11)."""


@dataclass(frozen=True, slots=True)
class Group:
    """A parenthesized list."""

    items: tuple[Token, ...]


Token: TypeAlias = Atom | String | Group
