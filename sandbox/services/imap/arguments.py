"""The arguments of a command, taken one by one; what does not fit is answered BAD."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.services.imap.replies import BadError
from sandbox.services.imap.sequence import SequenceSet, parse_set
from sandbox.services.imap.tokens import Atom, Group, Token


class Arguments:
    """Tokens from left to right. Every method raises BadError when the next token is none of its kind."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def __bool__(self) -> bool:
        return self._place < len(self._tokens)

    def peek(self) -> Token | None:
        """The next token, left where it is; None at the end."""
        return self._tokens[self._place] if self else None

    def token(self) -> Token:
        """Any token."""
        if not self:
            raise BadError("an argument is missing")
        self._place += 1
        return self._tokens[self._place - 1]

    def rest(self) -> Sequence[Token]:
        """All tokens that are left; there must be one."""
        first = self.token()
        rest, self._place = self._tokens[self._place :], len(self._tokens)
        return [first, *rest]

    def end(self) -> None:
        """Nothing may be left."""
        if self:
            raise BadError("there are too many arguments")

    def astring(self) -> bytes:
        """An atom or a string (RFC 3501 §9)."""
        token = self.token()
        if isinstance(token, Group):
            raise BadError("a list stands where a string was expected")
        return token.value

    def text(self) -> str:
        """An astring as text."""
        return self.astring().decode("utf-8", "replace")

    def keyword(self) -> str:
        """An atom, in upper case."""
        token = self.token()
        if not isinstance(token, Atom):
            raise BadError("a keyword was expected")
        return token.upper.decode("ascii", "replace")

    def takes_keyword(self, keyword: str) -> bool:
        """Take the next token if it is that keyword."""
        token = self.peek()
        if not isinstance(token, Atom) or token.upper != keyword.encode():
            return False
        self._place += 1
        return True

    def group(self) -> tuple[Token, ...]:
        """A parenthesized list."""
        token = self.token()
        if not isinstance(token, Group):
            raise BadError("a list in parentheses was expected")
        return token.items

    def keywords(self) -> list[str]:
        """A parenthesized list of atoms, in upper case."""
        items = Arguments(self.group())
        found: list[str] = []
        while items:
            found.append(items.keyword())
        return found

    def numbers(self) -> SequenceSet:
        """A sequence set."""
        token = self.token()
        if not isinstance(token, Atom):
            raise BadError("a sequence set was expected")
        try:
            return parse_set(token.value)
        except ValueError as problem:
            raise BadError(str(problem)) from None

    def number(self, largest: int = 0xFFFFFFFF) -> int:
        """A number from 0 to ``largest``."""
        token = self.token()
        if not isinstance(token, Atom) or not token.value.isdigit() or len(token.value) > 20:
            raise BadError("a number was expected")
        if int(token.value) > largest:
            raise BadError("the number is too large")
        return int(token.value)
