"""LIST and LSUB (RFC 3501 §6.3.8, §6.3.9), extended (RFC 5258, RFC 5819, RFC 6154)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.commands.mailboxes import status_items, status_line
from sandbox.services.imap.mailbox_patterns import Pattern
from sandbox.services.imap.replies import BadError, Done, NoError, Outcome
from sandbox.services.imap.session import Session
from sandbox.services.imap.tokens import Group, Literal, String
from sandbox.stores.mail import Mailbox
from sandbox.stores.mail.home import SEPARATOR

MAX_PATTERN = 1000  # octets

_SELECTIONS = {"SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"}


@dataclass(slots=True)
class _Request:
    """What a LIST asks for."""

    patterns: list[Pattern] = field(default_factory=list)
    selections: set[str] = field(default_factory=set)
    shows_subscribed: bool = False
    status: list[str] = field(default_factory=list)
    only_root: bool = False


def list_(session: Session, arguments: Arguments) -> Outcome:
    """LIST, plain or extended."""
    request = _read(session, arguments)
    if request.only_root:
        session.untagged(b'LIST (\\Noselect) "/" ""')
        return Done()
    tree = _Tree(session)
    for name in tree.matching(request):
        attributes = tree.attributes(name, request)
        session.untagged(_line(session, b"LIST", attributes, name) + tree.child_info(name, request))
        mailbox = tree.mailboxes.get(name)
        if request.status and mailbox is not None:
            session.untagged(status_line(session, mailbox, request.status))
    return Done()


def lsub(session: Session, arguments: Arguments) -> Outcome:
    """LSUB: a ``%`` shows the parents of what is subscribed to below it, as \\Noselect (RFC 3501 §6.3.9)."""
    reference = arguments.astring()
    pattern = _pattern(session, reference, arguments.astring())
    arguments.end()
    subscribed = session.home.subscriptions
    names = subscribed | _parents(subscribed) if pattern.stops_at_level else subscribed
    for name in sorted(filter(pattern.matches, names)):
        selectable = name in subscribed and session.home.get(name) is not None
        session.untagged(_line(session, b"LSUB", b"" if selectable else b"\\Noselect", name))
    return Done()


class _Tree:
    """All names of a home, the parents that are no mailboxes among them, and what is known of each."""

    def __init__(self, session: Session) -> None:
        self.mailboxes: dict[str, Mailbox] = {mailbox.name: mailbox for mailbox in session.home}
        self.subscribed = session.home.subscriptions
        self._parents = _parents(self.mailboxes)
        self._above_subscribed = _parents(self.subscribed)

    def matching(self, request: _Request) -> Iterator[str]:
        """The names to show, each once, INBOX first."""
        names = {*self.mailboxes, *self._parents}
        if "SUBSCRIBED" in request.selections:
            names |= self.subscribed
        for name in sorted(names, key=lambda name: (name != "INBOX", name)):
            if self._selected(name, request) and any(pattern.matches(name) for pattern in request.patterns):
                yield name

    def attributes(self, name: str, request: _Request) -> bytes:
        """What stands in the parentheses."""
        mailbox = self.mailboxes.get(name)
        found: list[str] = []
        if mailbox is None:
            found.append("\\Noselect" if name in self._parents else "\\NonExistent")
        if request.shows_subscribed and name in self.subscribed:
            found.append("\\Subscribed")
        found.append("\\HasChildren" if name in self._parents else "\\HasNoChildren")
        if mailbox is not None and mailbox.special_use is not None:
            found.append(mailbox.special_use)
        return " ".join(found).encode()

    def child_info(self, name: str, request: _Request) -> bytes:
        """That there are subscriptions below a name, where the client asks for it (RFC 5258 §3.5)."""
        below = "RECURSIVEMATCH" in request.selections and name in self._above_subscribed
        return b' ("CHILDINFO" ("SUBSCRIBED"))' if below else b""

    def _selected(self, name: str, request: _Request) -> bool:
        mailbox = self.mailboxes.get(name)
        is_special = mailbox is not None and mailbox.special_use is not None
        if "SPECIAL-USE" in request.selections and not is_special:
            return False
        if "SUBSCRIBED" not in request.selections:
            return True
        recursive = "RECURSIVEMATCH" in request.selections and name in self._above_subscribed
        return name in self.subscribed or recursive


def _read(session: Session, arguments: Arguments) -> _Request:
    request = _Request()
    extended = isinstance(arguments.peek(), Group)
    if extended:
        request.selections = _selections(arguments)
    reference = arguments.astring()
    following = arguments.token()
    patterns = Arguments(following.items if isinstance(following, Group) else [following])
    if not patterns:
        raise BadError("a pattern is missing")
    request.only_root = not extended and following in (String(b""), Literal(b""))
    while patterns:
        request.patterns.append(_pattern(session, reference, patterns.astring()))
    request.shows_subscribed = "SUBSCRIBED" in request.selections
    if arguments.takes_keyword("RETURN"):
        _read_returns(session, Arguments(arguments.group()), request)
    arguments.end()
    return request


def _selections(arguments: Arguments) -> set[str]:
    selections = set(arguments.keywords())
    if not selections <= _SELECTIONS:
        raise BadError("unknown selection option")
    if "RECURSIVEMATCH" in selections and "SUBSCRIBED" not in selections:
        raise BadError("RECURSIVEMATCH needs SUBSCRIBED")
    return selections


def _read_returns(session: Session, options: Arguments, request: _Request) -> None:
    while options:
        match options.keyword():
            case "SUBSCRIBED":
                request.shows_subscribed = True
            case "STATUS":
                request.status = status_items(session, options)
            case "CHILDREN" | "SPECIAL-USE":
                pass  # always shown
            case _:
                raise BadError("unknown return option")


def _pattern(session: Session, reference: bytes, text: bytes) -> Pattern:
    if len(reference) + len(text) > MAX_PATTERN:
        raise NoError("the pattern is too long", "CANNOT")
    return Pattern(session.read_name(reference + text))


def _parents(names: Iterable[str]) -> set[str]:
    """The names of all levels above these."""
    found: set[str] = set()
    for name in names:
        levels = name.split(SEPARATOR)
        found.update(SEPARATOR.join(levels[:depth]) for depth in range(1, len(levels)))
    return found


def _line(session: Session, kind: bytes, attributes: bytes, name: str) -> bytes:
    return b'%b (%b) "/" %b' % (kind, attributes, session.written_name(name))
