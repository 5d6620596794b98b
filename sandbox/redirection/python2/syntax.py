"""Statements and literals that only Python 2 has, found in source that no Python 3 can parse.

The tokenizer of Python 3 stops at some of them, so there is a small one here, which knows what a string and a comment
are and leaves the rest to the eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from sandbox.redirection.python2.finding import Finding
from sandbox.redirection.python2.library import CALLED, METHODS, MODULES

_TOKEN = re.compile(
    r"""
    (?P<string>(?i:ur|br|rb|fr|rf|[bfru])?(?:
          \"\"\"(?:\\.|[^\\])*?\"\"\" | '''(?:\\.|[^\\])*?''' | "(?:\\.|[^\\"\n])*" | '(?:\\.|[^\\'\n])*'))
  | (?P<nothing>\#[^\n]*|\\\r?\n)
  | (?P<newline>\n)
  | (?P<number>\d[\w.]*)
  | (?P<name>\w+)
  | (?P<operator><>|>>|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
# What may follow a name in an expression: "print if x" is no print statement.
_OPERATORS = frozenset({"and", "or", "in", "is", "if", "else", "for", "not", "as"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class _Statement(NamedTuple):
    """A simple statement, or the head of a compound one."""

    tokens: list[_Token]
    source: str

    @property
    def text(self) -> str:
        """As it stands in the source, on one line."""
        return " ".join(self.after(-1).split())

    def after(self, index: int) -> str:
        """What stands behind a token."""
        return self.source[self.tokens[index + 1].start : self.tokens[-1].end]

    def line(self, token: _Token) -> int:
        """The number of the line a token stands on."""
        return self.source.count("\n", 0, token.start) + 1


def findings(source: str) -> list[Finding]:
    """What only Python 2 understands, by line; to be asked about source that Python 3 cannot parse."""
    found = dict.fromkeys(
        finding
        for statement in _statements(source)
        for look in (_print, _exec, _raise, _except, _literals, _parameters)
        for finding in look(statement)
    )
    return list(found)


def mentions(source: str) -> list[Finding]:
    """Modules and names that Python 3 has no more, in source that only Python 2 can parse."""
    found = []
    for statement in _statements(source):
        for place, token in enumerate(statement.tokens):
            before = statement.tokens[place - 1].text if place else ""
            if instead := _instead(statement, token, before):
                found.append(Finding(statement.line(token), token.text, instead))
    return list(dict.fromkeys(found))


def _instead(statement: _Statement, token: _Token, before: str) -> str | None:
    if token.kind != "name" or before == ".":
        return METHODS.get(token.text) if token.kind == "name" else None
    if statement.tokens[0].text in ("import", "from"):
        return MODULES.get(token.text)
    return CALLED.get(token.text)


def _statements(source: str) -> Iterator[_Statement]:
    tokens: list[_Token] = []
    depth = 0
    for match in _TOKEN.finditer(source):
        token = _Token(str(match.lastgroup), match[0], *match.span())
        depth = max(0, depth + (token.text in _OPENING) - (token.text in _CLOSING))
        if token.kind == "nothing" or (token.kind == "newline" and depth):
            continue
        if depth or (token.kind != "newline" and token.text not in (";", ":")):
            tokens.append(token)
        elif tokens:
            yield _Statement(tokens, source)
            tokens = []
    if tokens:
        yield _Statement(tokens, source)


def _print(statement: _Statement) -> Iterator[Finding]:
    first, *rest = statement.tokens
    if first.text != "print" or not rest:
        return
    following = rest[0]
    value = following.kind in ("string", "number", "name") and following.text not in _OPERATORS
    if value or following.text in ("`", "{", ">>"):
        yield Finding(
            statement.line(first), statement.text, _print_call(" ".join(statement.after(0).split()))
        )


def _print_call(what: str) -> str:
    options = ""
    if what.startswith(">>"):
        target, _, what = what[2:].partition(",")
        options = f", file={target.strip()}"
    if what.endswith(","):
        what, options = what[:-1], f', end=" "{options}'
    return f"print({what.strip()}{options})"


def _exec(statement: _Statement) -> Iterator[Finding]:
    first, *rest = statement.tokens
    if (
        first.text == "exec"
        and rest
        and rest[0].kind in ("string", "name")
        and rest[0].text not in _OPERATORS
    ):
        yield Finding(statement.line(first), statement.text, f"exec({statement.after(0)})")


def _raise(statement: _Statement) -> Iterator[Finding]:
    first = statement.tokens[0]
    comma = _comma(statement.tokens)
    if first.text == "raise" and comma > 1:
        name = statement.source[statement.tokens[1].start : statement.tokens[comma - 1].end]
        yield Finding(statement.line(first), statement.text, f"raise {name}({statement.after(comma)})")


def _except(statement: _Statement) -> Iterator[Finding]:
    first = statement.tokens[0]
    comma = _comma(statement.tokens)
    # Newer Pythons understand "except ValueError, TypeError:", so the second must be no class by its name.
    if (
        first.text == "except"
        and 1 < comma == len(statement.tokens) - 2
        and statement.tokens[-1].text[0].islower()
    ):
        names = statement.source[statement.tokens[1].start : statement.tokens[comma - 1].end]
        yield Finding(
            statement.line(first), f"{statement.text}:", f"except {names} as {statement.after(comma)}:"
        )


def _parameters(statement: _Statement) -> Iterator[Finding]:
    """Parameters in brackets, which a call's argument was unpacked into (PEP 3113)."""
    tokens = statement.tokens
    depth = 0
    for before, token in pairwise(tokens):
        depth += (before.text in _OPENING) - (before.text in _CLOSING)
        parameter = tokens[0].text == "def" and depth == 1 and before.text in ("(", ",")
        if token.text == "(" and (parameter or before.text == "lambda"):
            yield Finding(statement.line(token), statement.text, "one name, taken apart within")
            return


def _literals(statement: _Statement) -> Iterator[Finding]:
    for token in statement.tokens:
        instead = _literal(token)
        if instead is not None:
            yield Finding(statement.line(token), token.text if token.text != "`" else "`...`", instead)


def _literal(token: _Token) -> str | None:
    text = token.text
    if token.kind == "number" and re.fullmatch(r"0[0-7]*[1-7][0-7]*[lL]?", text):
        return f"0o{text.lstrip('0').rstrip('lL')}"
    if token.kind == "number" and re.fullmatch(r"(?:\d+|0[xX][\da-fA-F]+)[lL]", text):
        return text[:-1]
    if token.kind == "string" and text[:2].lower() == "ur":
        return text[1:]
    if token.kind == "operator":
        return {"<>": "!=", "`": "repr(...)"}.get(text)
    return None


def _comma(tokens: list[_Token]) -> int:
    """The place of the first comma that stands in no brackets, or -1."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.text == "," and not depth:
            return place
    return -1
