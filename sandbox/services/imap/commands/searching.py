"""SEARCH, SORT and THREAD (RFC 3501 §6.4.4, RFC 4731, RFC 5256; MODSEQ: RFC 7162 §3.1.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from sandbox.services.imap import search as searches
from sandbox.services.imap import sort as sorts
from sandbox.services.imap import thread as threads
from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.replies import PAUSE, BadError, NoError, Outcome, Stream
from sandbox.services.imap.sequence import compress
from sandbox.services.imap.session import Session
from sandbox.services.imap.strings import string
from sandbox.services.imap.tokens import Atom
from sandbox.stores.mail import StoredMessage

Found: TypeAlias = Sequence[tuple[int, StoredMessage]]


def search(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """SEARCH, and its results in the form of RFC 4731 if RETURN asks for it."""
    with _refusals():
        query = searches.parse(arguments.rest())
    if query.wants_modseq:
        session.enable_condstore()
    return Stream(_searched(session, query, by_uid=by_uid))


def sort(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """SORT."""
    with _refusals():
        query = sorts.parse(arguments.rest())
    with_modseq = query.query.wants_modseq
    if with_modseq:
        session.enable_condstore()
    return Stream(_sorted(session, query, by_uid=by_uid, with_modseq=with_modseq))


def thread(session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome:
    """THREAD."""
    algorithm = arguments.peek()
    if isinstance(algorithm, Atom) and not session.offers(
        f"THREAD={algorithm.upper.decode('ascii', 'replace')}"
    ):
        raise BadError("unknown threading algorithm")
    with _refusals():
        query = threads.parse(arguments.rest())
    return Stream(_threaded(session, query, by_uid=by_uid))


def _searched(session: Session, query: searches.Query, *, by_uid: bool) -> Iterator[bytes]:
    messages = list(session.selected)
    found: list[tuple[int, StoredMessage]] = []
    for one in searches.scan(query, messages, recent=_recent(session), now=session.world.clock()):
        found += [one] if one is not None else []
        yield PAUSE
    if query.returns is None:
        result = _plain(b"SEARCH", found, by_uid=by_uid, with_modseq=query.wants_modseq)
    else:
        result = _extended(session.tag, query, query.returns, found, by_uid=by_uid)
    yield b"* %b\r\n" % result


def _sorted(session: Session, query: sorts.SortQuery, *, by_uid: bool, with_modseq: bool) -> Iterator[bytes]:
    found = yield from sorts.run(
        query, list(session.selected), recent=_recent(session), now=session.world.clock()
    )
    yield b"* %b\r\n" % _plain(b"SORT", found, by_uid=by_uid, with_modseq=with_modseq)


def _threaded(session: Session, query: threads.ThreadQuery, *, by_uid: bool) -> Iterator[bytes]:
    found = yield from threads.run(
        query, list(session.selected), recent=_recent(session), now=session.world.clock()
    )
    yield b"* %b\r\n" % (b"THREAD " + threads.render(found, uid=by_uid)).rstrip()


def _recent(session: Session) -> frozenset[int]:
    return frozenset(session.selected.recent)


def _numbers(found: Found, *, by_uid: bool) -> list[int]:
    return [stored.uid if by_uid else number for number, stored in found]


def _plain(name: bytes, found: Found, *, by_uid: bool, with_modseq: bool) -> bytes:
    words = [name, *(b"%d" % number for number in _numbers(found, by_uid=by_uid))]
    if with_modseq and found:
        words.append(b"(MODSEQ %d)" % _highest_modseq(found))
    return b" ".join(words)


def _extended(
    tag: bytes, query: searches.Query, returns: tuple[bytes, ...], found: Found, *, by_uid: bool
) -> bytes:
    words = [b"ESEARCH (TAG %b)" % string(tag), *([b"UID"] if by_uid else [])]
    numbers = _numbers(found, by_uid=by_uid)
    # Of nothing only COUNT has something to say (RFC 4731 §3.1).
    words += [b"%b %b" % (name, _RESULTS[name](numbers)) for name in returns if numbers or name == b"COUNT"]
    if query.wants_modseq and found:
        named = {b"MIN": found[:1], b"MAX": found[-1:]}  # RFC 7162 §3.1.10
        words.append(b"MODSEQ %d" % max(_highest_modseq(named.get(name, found)) for name in returns))
    return b" ".join(words)


def _highest_modseq(found: Found) -> int:
    return max(stored.modseq for _, stored in found)


_RESULTS: dict[bytes, Callable[[list[int]], bytes]] = {
    b"MIN": lambda numbers: b"%d" % numbers[0],
    b"MAX": lambda numbers: b"%d" % numbers[-1],
    b"COUNT": lambda numbers: b"%d" % len(numbers),
    b"ALL": compress,
}


@contextmanager
def _refusals() -> Iterator[None]:
    """What the keys have against their arguments, as replies."""
    try:
        yield
    except searches.BadCharset:
        charsets = " ".join(searches.CHARSETS)
        raise NoError("the charset is unknown", f"BADCHARSET ({charsets})") from None
    except ValueError as problem:
        raise BadError(str(problem)) from None
