"""SORT: searched messages in an order of the client's choice (RFC 5256 §3 "BASE.6.4.SORT")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.services.imap import search
from sandbox.services.imap.addresses import read_addresses
from sandbox.services.imap.collation import casemapped
from sandbox.services.imap.decoding import decode_words
from sandbox.services.imap.keys import sent_date
from sandbox.services.imap.memo import remembered
from sandbox.services.imap.replies import PAUSE, Steps
from sandbox.services.imap.structure import structure
from sandbox.services.imap.subjects import Subject, base_subject
from sandbox.services.imap.tokens import Atom, Group, Token
from sandbox.stores.mail import StoredMessage

Order: TypeAlias = Callable[[StoredMessage], str | float]


@dataclass(frozen=True, slots=True)
class SortQuery:
    """What a SORT asks for: criteria from the first to the last, each with whether it is reversed."""

    criteria: tuple[tuple[Order, bool], ...]
    query: search.Query


def parse(tokens: Sequence[Token]) -> SortQuery:
    """Read the arguments of a SORT: criteria, charset, search keys.

    Raises search.BadCharset, and ValueError with a text for the client.
    """
    criteria = _criteria(tokens[0] if tokens else None)
    charset = search.read_charset(tokens[1:2])
    return SortQuery(criteria, search.parse_keys(tokens[2:], charset))


def run(
    query: SortQuery, messages: Sequence[tuple[int, StoredMessage]], *, recent: frozenset[int], now: float
) -> Steps[list[tuple[int, StoredMessage]]]:
    """Those of the ``messages`` that are searched for, sorted; equal ones in the order of their numbers.

    The arguments are those of :func:`sandbox.services.imap.search.scan`.
    """
    found: list[tuple[tuple[int, StoredMessage], list[str | float]]] = []
    for one in search.scan(query.query, messages, recent=recent, now=now):
        if one is not None:
            found.append((one, [order(one[1]) for order, _ in query.criteria]))
        yield PAUSE
    # Sorting is stable, so the last criterion goes first.
    for index, (_, is_reversed) in reversed([*enumerate(query.criteria)]):
        found.sort(key=lambda known, index=index: known[1][index], reverse=is_reversed)  # type: ignore[misc]
    return [one for one, _ in found]


def sent_moment(stored: StoredMessage) -> float:
    """When a message was sent, in seconds since the epoch; its internal date if it does not say (RFC 5256 §2.2)."""
    sent = _sent(stored.content)
    return stored.internal_date if sent is None else sent


def subject_of(stored: StoredMessage) -> Subject:
    """The base subject of a message."""
    return base_subject(_subject(stored.content))


@remembered
def _sent(content: bytes) -> float | None:
    sent = sent_date(content)
    return None if sent is None else sent.moment


@remembered
def _subject(content: bytes) -> str:
    return decode_words(structure(content).header.get(b"subject") or b"")


def _first_mailbox(name: bytes) -> Order:
    """The local part of the first address; that of a group is its name."""

    def order(stored: StoredMessage) -> str:
        value = structure(stored.content).header.get(name) or b""
        addresses = read_addresses(value)
        return casemapped(decode_words(addresses[0].mailbox or b"")) if addresses else ""

    return order


_ORDERS: dict[bytes, Order] = {
    b"ARRIVAL": lambda stored: stored.internal_date,
    b"CC": _first_mailbox(b"cc"),
    b"DATE": sent_moment,
    b"FROM": _first_mailbox(b"from"),
    b"SIZE": lambda stored: len(stored.content),
    b"SUBJECT": lambda stored: casemapped(subject_of(stored).base),
    b"TO": _first_mailbox(b"to"),
}


def _criteria(token: Token | None) -> tuple[tuple[Order, bool], ...]:
    if not isinstance(token, Group):
        raise ValueError("sort criteria are a list")
    criteria: list[tuple[Order, bool]] = []
    is_reversed = False
    for item in token.items:
        name = item.upper if isinstance(item, Atom) else b""
        if name == b"REVERSE" and not is_reversed:
            is_reversed = True
        elif name in _ORDERS:
            criteria.append((_ORDERS[name], is_reversed))
            is_reversed = False
        else:
            raise ValueError(f"unknown sort criterion {name[:40].decode('ascii', 'replace')}")
    if is_reversed or not criteria:
        raise ValueError("a sort criterion is missing")
    return tuple(criteria)
