"""What a test asks of a sandbox that runs on its own event loop: what waits is a coroutine.

All waits count what came before them, and return as soon as enough is there. Without an answer they raise WaitTimeout,
whose text tells what came instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar, Unpack

from sandbox.api.asking import TIMEOUT, WITHIN
from sandbox.journal import Entry
from sandbox.observation import Observer, Query, Step, checks
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


class Asking:
    """Puts questions to an observer, on its loop."""

    _observer: Observer

    def ask(self, observer: Observer) -> None:
        """Whom to ask from now on."""
        self._observer = observer

    def _found(self, kind: Kind[I], wanted: Mapping[str, Any]) -> list[I]:
        return Query.of(kind, wanted).found()

    async def _awaited(self, kind: Kind[I], wanted: Mapping[str, Any], count: int, timeout: float) -> list[I]:
        return await Query.of(kind, wanted).wait(count, timeout)

    async def _absent(self, kind: Kind[I], wanted: Mapping[str, Any], within: float) -> None:
        await Query.of(kind, wanted).none(within)


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

    async def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[MailConditions]
    ) -> list[Mail]:
        """The mails, as soon as there are so many."""
        return await self._awaited(self._observer.mails, wanted, count, timeout)

    async def none(self, *, within: float = WITHIN, **wanted: Unpack[MailConditions]) -> None:
        """Return after ``within`` seconds without such a mail; raise Unexpected as soon as there is one."""
        await self._absent(self._observer.mails, wanted, within)

    def clear(self) -> None:
        """Remove all mail, also from the mailboxes."""
        self._observer.clear_mail()


class RequestAsking(Asking):
    """The requests that came to HTTP."""

    def requests(self, **wanted: Unpack[RequestConditions]) -> list[Request]:
        """The requests there are now, also those that wait for their answer."""
        return self._found(self._observer.requests, wanted)

    async def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[RequestConditions]
    ) -> list[Request]:
        """The requests, as soon as so many are answered."""
        return await self._awaited(self._observer.requests, wanted, count, timeout)

    async def none(self, *, within: float = WITHIN, **wanted: Unpack[RequestConditions]) -> None:
        """Return after ``within`` seconds without such a request; raise Unexpected as soon as there is one."""
        await self._absent(self._observer.requests, wanted, within)


class CallAsking(Asking):
    """The calls of XML-RPC, also those that came to HTTP."""

    @property
    def calls(self) -> list[Call]:
        """All of them, in the order of arrival."""
        return self.find()

    def find(self, **wanted: Unpack[CallConditions]) -> list[Call]:
        """The calls there are now."""
        return self._found(self._observer.calls, wanted)

    async def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[CallConditions]
    ) -> list[Call]:
        """The calls, as soon as so many are answered."""
        return await self._awaited(self._observer.calls, wanted, count, timeout)

    async def none(self, *, within: float = WITHIN, **wanted: Unpack[CallConditions]) -> None:
        """Return after ``within`` seconds without such a call; raise Unexpected as soon as there is one."""
        await self._absent(self._observer.calls, wanted, within)


class CommandAsking(Asking):
    """What the clients of a protocol in lines said."""

    name: str

    def commands(self, verb: str | None = None) -> list[Command]:
        """The commands, or those of one verb."""
        return self._observer.commands(self.name, verb)

    @property
    def logins(self) -> list[Noted]:
        """The logins that were accepted: ``login["user"]``, ``login["mechanism"]``."""
        return self._observer.facts("login.accepted", {"service": self.name}).found()


class UploadAsking(CommandAsking):
    """The files that clients stored by FTP, and the tree."""

    @property
    def files(self) -> dict[str, bytes]:
        """Every file in the tree, by its path."""
        return self._observer.files()

    @property
    def uploads(self) -> list[Upload]:
        """All of them, in order, also those that were interrupted."""
        return self.find()

    def find(self, **wanted: Unpack[UploadConditions]) -> list[Upload]:
        """The uploads there are now."""
        return self._found(self._observer.uploads, wanted)

    async def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[UploadConditions]
    ) -> list[Upload]:
        """The uploads, as soon as so many came whole."""
        return await self._awaited(self._observer.uploads, wanted, count, timeout)

    async def none(self, *, within: float = WITHIN, **wanted: Unpack[UploadConditions]) -> None:
        """Return after ``within`` seconds without such an upload; raise Unexpected as soon as there is one."""
        await self._absent(self._observer.uploads, wanted, within)


class StreamAsking(Asking):
    """The connections to TCP, with their octets."""

    def received(self, **wanted: Unpack[StreamConditions]) -> list[Stream]:
        """The connections there are now."""
        return self._found(self._observer.streams, wanted)

    async def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[StreamConditions]
    ) -> list[Stream]:
        """The connections, as soon as there are so many."""
        return await self._awaited(self._observer.streams, wanted, count, timeout)

    async def none(self, *, within: float = WITHIN, **wanted: Unpack[StreamConditions]) -> None:
        """Return after ``within`` seconds without such a connection; raise Unexpected as soon as there is one."""
        await self._absent(self._observer.streams, wanted, within)


class DatagramAsking(Asking):
    """The datagrams that came to UDP."""

    def received(self, **wanted: Unpack[DatagramConditions]) -> list[Datagram]:
        """The datagrams there are now."""
        return self._found(self._observer.datagrams, wanted)

    async def wait(
        self, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Unpack[DatagramConditions]
    ) -> list[Datagram]:
        """The datagrams, as soon as there are so many."""
        return await self._awaited(self._observer.datagrams, wanted, count, timeout)

    async def none(self, *, within: float = WITHIN, **wanted: Unpack[DatagramConditions]) -> None:
        """Return after ``within`` seconds without such a datagram; raise Unexpected as soon as there is one."""
        await self._absent(self._observer.datagrams, wanted, within)


class JournalAsking(Asking):
    """The timeline of everything."""

    @property
    def entries(self) -> list[Entry]:
        """All entries."""
        return list(self._observer.world.journal)

    def facts(self, name: str | None = None, **wanted: Any) -> list[Noted]:
        """The facts there are now, by name (``*`` is anything) and details."""
        return self._observer.facts(name, wanted).found()

    async def wait(
        self, name: str, *, count: int = 1, timeout: float = TIMEOUT, **wanted: Any
    ) -> list[Noted]:
        """The facts, as soon as there are so many."""
        query = self._observer.facts(name, wanted)
        return await query.wait(count, timeout)

    async def none(self, name: str, *, within: float = WITHIN, **wanted: Any) -> None:
        """Return after ``within`` seconds without such a fact; raise Unexpected as soon as there is one."""
        query = self._observer.facts(name, wanted)
        await query.none(within)

    async def in_order(self, *steps: Step, timeout: float = TIMEOUT) -> list[Any]:
        """What was found for the steps, each after the one before, as soon as all are there."""
        return await self._observer.in_order(steps, timeout)

    def transcript(self, connection: int) -> str:
        """The dialogue of one connection, with what else happened to it."""
        return self._observer.transcript(connection)


class CheckAsking(Asking):
    """What a well-behaved client does; each raises Unexpected with the lines that prove the opposite.

    They judge all services there are, or those that are named. Raises LookupError for one that does not run.
    """

    def __init__(self, running: Collection[str]) -> None:
        self._running = running

    def tls_before_login(self, *services: str) -> None:
        """Whoever logged in had started TLS before; somebody did."""
        judged = checks.judged(services, self._running)
        checks.tls_before_login(self._observer.world.journal, judged)

    def no_password_in_clear(self, *services: str) -> None:
        """Nobody sent a password that could be read on the way."""
        judged = checks.judged(services, self._running)
        checks.no_password_in_clear(self._observer.world.journal, judged)

    def logged_out(self, *services: str) -> None:
        """Every session of SMTP, POP3, IMAP and FTP ended with QUIT or LOGOUT; there was one."""
        judged = checks.judged(services, self._running)
        checks.logged_out(self._observer.world.journal, judged)

    async def all_closed(self, *services: str, timeout: float = 1.0) -> None:
        """Every connection has ended within ``timeout`` seconds, none by a reset, an error or idleness."""
        judged = checks.judged(services, self._running)
        await checks.all_closed(self._observer.world.journal, judged, timeout)

    def no_crash(self) -> None:
        """The sandbox itself did not fail."""
        checks.no_crash(self._observer.world.journal)
