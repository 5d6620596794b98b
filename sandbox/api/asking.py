"""What a test asks of a sandbox that runs in a thread of its own.

All waits count what came before them, and return as soon as enough is there. Without an answer they raise WaitTimeout,
whose text tells what came instead.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol, TypeVar, Unpack

from sandbox.journal import Entry
from sandbox.observation import Observer, Query, Step, Unexpected, checks
from sandbox.observation.calls import Call
from sandbox.observation.commands import Command
from sandbox.observation.conditions import (
    CallConditions,
    DatagramConditions,
    MailConditions,
    RequestConditions,
    StreamConditions,
    UploadConditions,
)
from sandbox.observation.facts import Noted
from sandbox.observation.files import Upload
from sandbox.observation.http import Request
from sandbox.observation.kinds import Item, Kind
from sandbox.observation.mail import Mail
from sandbox.observation.streams import Datagram, Stream

__tracebackhide__ = True  # pytest shows the line of the test

I = TypeVar("I", bound=Item)  # noqa: E741
T = TypeVar("T")

TIMEOUT = 5.0  # seconds a wait lasts unless told otherwise
WITHIN = 0.2  # seconds after which nobody believes any more that something will come


class Thread(Protocol):
    """The thread of the sandbox."""

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await ``function()`` there."""


class Asking:
    """Puts questions to an observer, in its thread."""

    _observer: Observer
    _thread: Thread

    def ask(self, observer: Observer, thread: Thread) -> None:
        """Whom to ask from now on."""
        self._observer, self._thread = observer, thread

    def _run(self, function: Callable[[], Awaitable[T]]) -> T:
        try:
            return self._thread.run(function)
        except Unexpected as error:  # how it came from the other thread is nobody's concern
            raise error.with_traceback(None) from None

    def _read(self, function: Callable[[Observer], T]) -> T:
        async def read() -> T:
            return function(self._observer)

        return self._run(read)

    def _found(self, kind: Kind[I], wanted: Mapping[str, Any]) -> list[I]:
        query = Query.of(kind, wanted)
        return self._read(lambda _: query.found())

    def _awaited(self, kind: Kind[I], wanted: Mapping[str, Any], count: int, timeout: float) -> list[I]:
        query = Query.of(kind, wanted)
        return self._run(lambda: query.wait(count, timeout))

    def _absent(self, kind: Kind[I], wanted: Mapping[str, Any], within: float) -> None:
        query = Query.of(kind, wanted)
        self._run(lambda: query.none(within))


class MailAsking(Asking):
    """The mail that was accepted."""

    @property
    def messages(self) -> list[Mail]:
        """All of it, in the order of arrival."""
        return self.find()

    @property
    def latest(self) -> Mail | None:
        """The last mail, None if there is none."""
        messages = self.messages
        return messages[-1] if messages else None

    def find(self, **wanted: Unpack[MailConditions]) -> list[Mail]:
        """The mails there are now."""
        return self._found(self._observer.mails, wanted)

    def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[MailConditions]
    ) -> list[Mail]:
        """The mails, as soon as there are so many."""
        return self._awaited(self._observer.mails, wanted, count, timeout)

    def none(self, *, within: float = WITHIN, **wanted: Unpack[MailConditions]) -> None:
        """Return after ``within`` seconds without such a mail; raise Unexpected as soon as there is one."""
        self._absent(self._observer.mails, wanted, within)

    def clear(self) -> None:
        """Remove all mail, also from the mailboxes."""
        self._read(Observer.clear_mail)


class RequestAsking(Asking):
    """The requests that came to HTTP."""

    def requests(self, **wanted: Unpack[RequestConditions]) -> list[Request]:
        """The requests there are now, also those that wait for their answer."""
        return self._found(self._observer.requests, wanted)

    def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[RequestConditions]
    ) -> list[Request]:
        """The requests, as soon as so many are answered."""
        return self._awaited(self._observer.requests, wanted, count, timeout)

    def none(self, *, within: float = WITHIN, **wanted: Unpack[RequestConditions]) -> None:
        """Return after ``within`` seconds without such a request; raise Unexpected as soon as there is one."""
        self._absent(self._observer.requests, wanted, within)


class CallAsking(Asking):
    """The calls of XML-RPC, also those that came to HTTP."""

    @property
    def calls(self) -> list[Call]:
        """All of them, in the order of arrival."""
        return self.find()

    def find(self, **wanted: Unpack[CallConditions]) -> list[Call]:
        """The calls there are now."""
        return self._found(self._observer.calls, wanted)

    def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[CallConditions]
    ) -> list[Call]:
        """The calls, as soon as so many are answered."""
        return self._awaited(self._observer.calls, wanted, count, timeout)

    def none(self, *, within: float = WITHIN, **wanted: Unpack[CallConditions]) -> None:
        """Return after ``within`` seconds without such a call; raise Unexpected as soon as there is one."""
        self._absent(self._observer.calls, wanted, within)


class CommandAsking(Asking):
    """What the clients of a protocol in lines said."""

    name: str

    def commands(self, verb: str | None = None) -> list[Command]:
        """The commands, or those of one verb."""
        return self._read(lambda observer: observer.commands(self.name, verb))

    @property
    def logins(self) -> list[Noted]:
        """The logins that were accepted: ``login["user"]``, ``login["mechanism"]``."""
        return self._read(lambda observer: observer.facts("login.accepted", {"service": self.name}).found())


class UploadAsking(CommandAsking):
    """The files that clients stored by FTP, and the tree."""

    @property
    def files(self) -> dict[str, bytes]:
        """Every file in the tree, by its path."""
        return self._read(Observer.files)

    @property
    def uploads(self) -> list[Upload]:
        """All of them, in order, also those that were interrupted."""
        return self.find()

    def find(self, **wanted: Unpack[UploadConditions]) -> list[Upload]:
        """The uploads there are now."""
        return self._found(self._observer.uploads, wanted)

    def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[UploadConditions]
    ) -> list[Upload]:
        """The uploads, as soon as so many came whole."""
        return self._awaited(self._observer.uploads, wanted, count, timeout)

    def none(self, *, within: float = WITHIN, **wanted: Unpack[UploadConditions]) -> None:
        """Return after ``within`` seconds without such an upload; raise Unexpected as soon as there is one."""
        self._absent(self._observer.uploads, wanted, within)


class StreamAsking(Asking):
    """The connections to TCP, with their octets."""

    def received(self, **wanted: Unpack[StreamConditions]) -> list[Stream]:
        """The connections there are now."""
        return self._found(self._observer.streams, wanted)

    def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[StreamConditions]
    ) -> list[Stream]:
        """The connections, as soon as there are so many."""
        return self._awaited(self._observer.streams, wanted, count, timeout)

    def none(self, *, within: float = WITHIN, **wanted: Unpack[StreamConditions]) -> None:
        """Return after ``within`` seconds without such a connection; raise Unexpected as soon as there is one."""
        self._absent(self._observer.streams, wanted, within)


class DatagramAsking(Asking):
    """The datagrams that came to UDP."""

    def received(self, **wanted: Unpack[DatagramConditions]) -> list[Datagram]:
        """The datagrams there are now."""
        return self._found(self._observer.datagrams, wanted)

    def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[DatagramConditions]
    ) -> list[Datagram]:
        """The datagrams, as soon as there are so many."""
        return self._awaited(self._observer.datagrams, wanted, count, timeout)

    def none(self, *, within: float = WITHIN, **wanted: Unpack[DatagramConditions]) -> None:
        """Return after ``within`` seconds without such a datagram; raise Unexpected as soon as there is one."""
        self._absent(self._observer.datagrams, wanted, within)


class JournalAsking(Asking):
    """The timeline of everything."""

    @property
    def entries(self) -> list[Entry]:
        """All entries."""
        return self._read(lambda observer: list(observer.world.journal))

    def facts(self, name: str | None = None, **wanted: Any) -> list[Noted]:
        """The facts there are now, by name (``*`` is anything) and details."""
        return self._read(lambda observer: observer.facts(name, wanted).found())

    def wait(self, name: str, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Any) -> list[Noted]:
        """The facts, as soon as there are so many."""
        query = self._observer.facts(name, wanted)
        return self._run(lambda: query.wait(count, timeout))

    def none(self, name: str, *, within: float = WITHIN, **wanted: Any) -> None:
        """Return after ``within`` seconds without such a fact; raise Unexpected as soon as there is one."""
        query = self._observer.facts(name, wanted)
        self._run(lambda: query.none(within))

    def in_order(self, *steps: Step, timeout: float = TIMEOUT) -> list[Any]:
        """What was found for the steps, each after the one before, as soon as all are there."""
        return self._run(lambda: self._observer.in_order(steps, timeout))

    def transcript(self, connection: int) -> str:
        """The dialogue of one connection, with what else happened to it."""
        return self._read(lambda observer: observer.transcript(connection))


class CheckAsking(Asking):
    """What a well-behaved client does; each raises Unexpected with the lines that prove the opposite.

    They judge all services there are, or those that are named. Raises LookupError for one that does not run.
    """

    def __init__(self, running: Collection[str]) -> None:
        self._running = running

    def tls_before_login(self, *services: str) -> None:
        """Whoever logged in had started TLS before; somebody did."""
        judged = checks.judged(services, self._running)
        self._read(lambda observer: checks.tls_before_login(observer.world.journal, judged))

    def no_password_in_clear(self, *services: str) -> None:
        """Nobody sent a password that could be read on the way."""
        judged = checks.judged(services, self._running)
        self._read(lambda observer: checks.no_password_in_clear(observer.world.journal, judged))

    def logged_out(self, *services: str) -> None:
        """Every session of SMTP, POP3, IMAP and FTP ended with QUIT or LOGOUT; there was one."""
        judged = checks.judged(services, self._running)
        self._read(lambda observer: checks.logged_out(observer.world.journal, judged))

    def all_closed(self, *services: str, timeout: float = 1.0) -> None:
        """Every connection has ended within ``timeout`` seconds, none by a reset, an error or idleness."""
        judged = checks.judged(services, self._running)
        self._run(lambda: checks.all_closed(self._observer.world.journal, judged, timeout))

    def no_crash(self) -> None:
        """The sandbox itself did not fail."""
        self._read(lambda observer: checks.no_crash(observer.world.journal))
