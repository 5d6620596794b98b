"""THREAD: searched messages as conversations (RFC 5256 §3 "BASE.6.4.THREAD")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from sandbox.services.imap import search
from sandbox.services.imap.references import thread_by_references
from sandbox.services.imap.sort import sent_moment, subject_of
from sandbox.services.imap.tokens import Atom, Token
from sandbox.services.imap.trees import Node, render_trees
from sandbox.stores.mail import StoredMessage

Algorithm: TypeAlias = Callable[[Sequence[tuple[int, StoredMessage]]], list[Node]]


@dataclass(frozen=True, slots=True)
class ThreadQuery:
    """What a THREAD asks for."""

    algorithm: Algorithm
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
) -> list[Node]:
    """The threads of those ``messages`` that are searched for, oldest first.

    The arguments are those of :func:`sandbox.services.imap.search.run`.
    """
    return query.algorithm(search.run(query.query, messages, recent=recent, now=now))


def render(threads: Sequence[Node], *, uid: bool) -> bytes:
    """The threads as a THREAD response names them, by UID or by sequence number."""
    return render_trees(threads, uid=uid)


def _by_subject(messages: Sequence[tuple[int, StoredMessage]]) -> list[Node]:
    """ORDEREDSUBJECT: one thread for each base subject, its oldest message above all others."""
    ordered = sorted(messages, key=lambda one: (subject_of(one[1]).base, sent_moment(one[1]), one[0]))
    threads: list[Node] = []
    for _, group in groupby(ordered, key=lambda one: subject_of(one[1]).base):
        first, *others = (Node(number, stored) for number, stored in group)
        first.children = others
        threads.append(first)
    return sorted(threads, key=lambda node: node.order)


_ALGORITHMS: dict[bytes, Algorithm] = {
    b"ORDEREDSUBJECT": _by_subject,
    b"REFERENCES": thread_by_references,
}
