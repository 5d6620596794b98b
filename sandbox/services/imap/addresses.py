"""Address fields over bytes (RFC 5322 §3.4), read with tolerance: whatever stands there, addresses come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sandbox.services.imap.parameters import unescaped

# What Dovecot writes for them; NIL would read as the syntax of a group (RFC 3501 §7.4.2).
NO_MAILBOX = b"MISSING_MAILBOX"
NO_HOST = b"MISSING_DOMAIN"

LIMIT = 262_144  # octets of one field that are read; five thousand recipients fit in
MOST = 10_000  # addresses that are read; of the shortest ones many more fit into the octets

_TOKEN = re.compile(
    rb"""
    (?P<blank>\s++)
    | "(?P<quoted>(?:[^"\\]|\\.)*+)"?+
    | (?P<literal>\[(?:[^\]\\]|\\.)*+\]?+)
    | (?P<special>[<>@,;:()])
    | (?P<atom>[^\s"\[<>@,;:()]++)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(rb"\\.|[()]", re.DOTALL)


class Address(NamedTuple):
    """The four parts of an address in an ENVELOPE, without quoting.

    A group begins with its name as ``mailbox`` and no ``host``; it ends with :data:`GROUP_END`.
    """

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


GROUP_END = Address(None, None, None, None)


class _Token(NamedTuple):
    kind: str
    text: bytes

    def is_special(self, characters: bytes) -> bool:
        return self.kind == "special" and self.text in characters


def read_addresses(value: bytes) -> list[Address]:
    """The addresses of an unfolded field value, groups included, in their order; empty for an empty value."""
    addresses: list[Address] = []
    in_group = False
    for tokens, end in _elements(value[:LIMIT]):
        if len(addresses) >= MOST:
            break
        if end == b":":
            if in_group:
                addresses.append(GROUP_END)
            in_group = True
            addresses.append(Address(None, None, _phrase(tokens) or b"", None))
            continue
        if any(token.kind not in ("blank", "comment") for token in tokens):
            addresses.append(_address(tokens))
        if in_group and end == b";":
            addresses.append(GROUP_END)
            in_group = False
    if in_group:
        addresses.append(GROUP_END)
    return addresses


def _elements(value: bytes) -> Iterator[tuple[list[_Token], bytes]]:
    """The tokens of each address or group name, and the character after it: one of ``,;:`` or nothing."""
    tokens: list[_Token] = []
    in_angle = in_route = False
    for token in _tokens(value):
        # Commas and colons inside the angle belong to a route, if there is one; else the angle was never closed.
        if token.is_special(b",;:") and not in_route:
            yield tokens, token.text
            tokens, in_angle = [], False
            continue
        if in_angle:
            in_route = token.is_special(b"@") if tokens[-1].text == b"<" else in_route
            in_route = in_route and not token.is_special(b":>")
        in_angle = token.is_special(b"<") or (in_angle and not token.is_special(b">"))
        tokens.append(token)
    yield tokens, b""


def _tokens(value: bytes) -> Iterator[_Token]:
    position = 0
    while position < len(value):
        found = _TOKEN.match(value, position)
        assert found is not None  # every octet begins some token
        assert found.lastgroup is not None
        kind, text, position = found.lastgroup, found[found.lastgroup], found.end()
        if text == b"(" and kind == "special":
            position = _comment_end(value, position)
            kind, text = "comment", unescaped(value[found.end() : position].removesuffix(b")")).strip()
        elif kind == "quoted":
            text = unescaped(text)
        yield _Token(kind, text)


def _comment_end(value: bytes, start: int) -> int:
    """Where the comment ends whose text begins at ``start``; comments nest."""
    depth = 1
    for mark in _COMMENT_MARK.finditer(value, start):
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return len(value)


def _address(tokens: list[_Token]) -> Address:
    angle = next((place for place, token in enumerate(tokens) if token.is_special(b"<")), None)
    comment = next((token.text for token in reversed(tokens) if token.kind == "comment"), None)
    if angle is None:
        return Address(comment or None, None, *_split(tokens))
    inner = tokens[angle + 1 :]
    end = next((place for place, token in enumerate(inner) if token.is_special(b">")), len(inner))
    route, mailbox = _split_route(inner[:end])
    return Address(_phrase(tokens[:angle]) or comment or None, route, *_split(mailbox))


def _split_route(tokens: list[_Token]) -> tuple[bytes | None, list[_Token]]:
    colon = next((place for place, token in enumerate(tokens) if token.is_special(b":")), None)
    if colon is None:
        return None, tokens
    return _joined(tokens[:colon]), tokens[colon + 1 :]


def _split(tokens: list[_Token]) -> tuple[bytes, bytes]:
    """Mailbox and host of an addr-spec."""
    at = next((place for place, token in enumerate(tokens) if token.is_special(b"@")), len(tokens))
    return _joined(tokens[:at]) or NO_MAILBOX, _joined(tokens[at + 1 :]) or NO_HOST


def _phrase(tokens: list[_Token]) -> bytes:
    words = [b" " if token.kind == "blank" else token.text for token in tokens if token.kind != "comment"]
    return b"".join(words).strip()


def _joined(tokens: list[_Token]) -> bytes:
    """The words as one; blanks around a dot are old syntax and mean nothing (RFC 5322 §4.4)."""
    words: list[bytes] = []
    blank = False
    for kind, text in tokens:
        if kind in ("blank", "comment"):
            blank = True
            continue
        if blank and words and not words[-1].endswith(b".") and not text.startswith(b"."):
            words.append(b" ")
        words.append(text)
        blank = False
    return b"".join(words)
