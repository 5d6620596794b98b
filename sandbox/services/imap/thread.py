"""THREAD: searched messages as conversations (RFC 5256 §3 "BASE.6.4.THREAD")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from sandbox.services.imap import search
from sandbox.services.imap.references import References
from sandbox.services.imap.replies import PAUSE, Steps
from sandbox.services.imap.tokens import Atom, Token
from sandbox.services.imap.trees import Node, render_trees
from sandbox.stores.mail import StoredMessage


class Threading(Protocol):
    """One way to make threads of messages, which are added one by one, with their sequence numbers."""

    def add(self, number: int, stored: StoredMessage) -> None:
        """Take in a message."""

    def threads(self) -> list[Node]:
        """The threads, oldest first. To be asked for once."""


@dataclass(frozen=True, slots=True)
class ThreadQuery:
    """What a THREAD asks for."""

    algorithm: Callable[[], Threading]
    query: search.Query


def parse(tokens: Sequence[Token]) -> ThreadQuery:
    """Read the arguments of a THREAD: algorithm, charset, search keys.

    Raises search.BadCharset, and ValueError with a text for the client.
    """
    name = tokens[0].upper if tokens and isinstance(tokens[0], Atom) else b""
    if name not in _ALGORITHMS:
        raise ValueError("unknown threading algorithm")
    charset = search.read_charset(tokens[1:2])
    return ThreadQuery(_ALGORITHMS[name], search.parse_keys(tokens[2:], charset))


def run(
    query: ThreadQuery, messages: Sequence[tuple[int, StoredMessage]], *, recent: frozenset[int], now: float
) -> Steps[list[Node]]:
    """The threads of those ``messages`` that are searched for, oldest first.

    The arguments are those of :func:`sandbox.services.imap.search.scan`.
    """
    threading = query.algorithm()
    for one in search.scan(query.query, messages, recent=recent, now=now):
        if one is not None:
            threading.add(*one)
        yield PAUSE
    return threading.threads()


def render(threads: Sequence[Node], *, uid: bool) -> bytes:
    """The threads as a THREAD response names them, by UID or by sequence number."""
    return render_trees(threads, uid=uid)


class _OrderedSubject:
    """ORDEREDSUBJECT: one thread for each base subject, its oldest message above all others."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []

    def add(self, number: int, stored: StoredMessage) -> None:
        self._nodes.append(Node(number, stored))

    def threads(self) -> list[Node]:
        ordered = sorted(self._nodes, key=lambda node: (node.subject.base, node.order))
        threads: list[Node] = []
        for _, (first, *others) in groupby(ordered, key=lambda node: node.subject.base):
            first.children = others
            threads.append(first)
        return sorted(threads, key=lambda node: node.order)


_ALGORITHMS: dict[bytes, Callable[[], Threading]] = {
    b"ORDEREDSUBJECT": _OrderedSubject,
    b"REFERENCES": References,
}
