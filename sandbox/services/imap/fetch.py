"""FETCH: the data items a client asks for, and what a message answers (RFC 3501 §6.4.5, §7.4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.services.imap.bodystructure import render_structure
from sandbox.services.imap.dates import render_internal_date
from sandbox.services.imap.envelope import render_envelope
from sandbox.services.imap.memo import remembered
from sandbox.services.imap.sections import Section, parse_section
from sandbox.services.imap.strings import literal, parenthesized, string
from sandbox.services.imap.structure import structure
from sandbox.services.imap.tokens import Atom, Group, Token
from sandbox.stores.mail import StoredMessage

Value: TypeAlias = Callable[[StoredMessage, bool], bytes]


@dataclass(frozen=True, slots=True)
class Item:
    """One data item: the name it has in the response, and its value of a message, \\Recent or not.

    ``sets_seen`` says that asking for it marks the message as read.
    """

    label: bytes
    value: Value
    sets_seen: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """What one FETCH asks for, each item once, in the client's order."""

    items: tuple[Item, ...]

    @property
    def sets_seen(self) -> bool:
        """Whether fetching marks the messages as read."""
        return any(item.sets_seen for item in self.items)

    @property
    def wants_modseq(self) -> bool:
        """Whether MODSEQ is among the items, which enables CONDSTORE (RFC 7162 §3.1)."""
        return self._has(b"MODSEQ")

    def including(self, *names: bytes) -> Items:
        """These items and the named simple ones, as FLAGS or MODSEQ, if they are not among them."""
        added = tuple(_SIMPLE[name] for name in names if not self._has(name))
        return Items(self.items + added)

    def _has(self, name: bytes) -> bool:
        return any(item.label == name for item in self.items)


def parse_items(token: Token, *, uid_command: bool) -> Items:
    """Read the items of a FETCH: a macro, one item, or a list of items (RFC 3501 §6.4.5).

    UID is added for a UID command. Raises ValueError with a text for the client.
    """
    names = token.items if isinstance(token, Group) else _MACROS.get(_upper(token), (token,))
    found = [item for name in names for item in _parse_item(name)]
    if not found:
        raise ValueError("data items are missing")
    if uid_command:
        found.insert(0, _SIMPLE[b"UID"])
    # The same item twice is the same answer; one of them may mark the message as read.
    unique: dict[bytes, Item] = {}
    for item in found:
        if item.label not in unique or item.sets_seen:
            unique[item.label] = item
    return Items(tuple(unique.values()))


def render(stored: StoredMessage, items: Items, *, recent: bool) -> bytes:
    """The items of a message as they stand between the parentheses of a FETCH response; never raises."""
    return b" ".join(b"%b %b" % (item.label, item.value(stored, recent)) for item in items.items)


def render_flags(flags: Iterable[str], *, recent: bool) -> bytes:
    """A list of flags, system flags first, with \\Recent for a message that is new to this session."""
    names = sorted(flags, key=lambda flag: (not flag.startswith("\\"), flag))
    if recent:
        names.append("\\Recent")
    return parenthesized(name.encode("utf-8", "replace") for name in names)


def _upper(token: Token) -> bytes:
    return token.upper if isinstance(token, Atom) else b""


def _parse_item(token: Token) -> list[Item]:
    name = _upper(token)
    if name in _SIMPLE:
        return [_SIMPLE[name]]
    keyword, bracket, _ = name.partition(b"[")
    if isinstance(token, Atom) and bracket and keyword in (b"BODY", b"BODY.PEEK"):
        section = parse_section(token.value[len(keyword) :])
        return [_section_item(b"BODY" + section.label, section, sets_seen=keyword == b"BODY")]
    if name in _MACROS:
        raise ValueError(f"{name.decode()} stands alone, not in a list")
    shown = name[:40].decode("ascii", "replace")
    raise ValueError(f"unknown data item {shown}" if shown else "a data item is a keyword")


def _section_item(label: bytes, section: Section, *, sets_seen: bool = False) -> Item:
    return Item(label, lambda stored, recent: literal(section.extract(stored.content)), sets_seen)


def _internal_date(stored: StoredMessage) -> bytes:
    return render_internal_date(stored.internal_date, stored.zone)


@remembered
def _envelope(content: bytes) -> bytes:
    return render_envelope(structure(content).header)


@remembered
def _bodystructure(content: bytes) -> bytes:
    return render_structure(structure(content), extended=True)


def _body(content: bytes) -> bytes:
    return render_structure(structure(content), extended=False)


_SIMPLE = {
    item.label: item
    for item in (
        Item(b"UID", lambda stored, recent: b"%d" % stored.uid),
        Item(b"FLAGS", lambda stored, recent: render_flags(stored.flags, recent=recent)),
        Item(b"INTERNALDATE", lambda stored, recent: string(_internal_date(stored))),
        Item(b"RFC822.SIZE", lambda stored, recent: b"%d" % len(stored.content)),
        Item(b"MODSEQ", lambda stored, recent: b"(%d)" % stored.modseq),
        Item(b"ENVELOPE", lambda stored, recent: _envelope(stored.content)),
        Item(b"BODYSTRUCTURE", lambda stored, recent: _bodystructure(stored.content)),
        Item(b"BODY", lambda stored, recent: _body(stored.content)),
        _section_item(b"RFC822", Section(), sets_seen=True),
        _section_item(b"RFC822.HEADER", Section(text=b"HEADER")),
        _section_item(b"RFC822.TEXT", Section(text=b"TEXT"), sets_seen=True),
    )
}

_FAST = tuple(Atom(name) for name in (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"))
_MACROS: dict[bytes, tuple[Token, ...]] = {
    b"FAST": _FAST,
    b"ALL": (*_FAST, Atom(b"ENVELOPE")),
    b"FULL": (*_FAST, Atom(b"ENVELOPE"), Atom(b"BODY")),
}
