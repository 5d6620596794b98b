"""Everything that can be asked of one sandbox, in the thread of its event loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sandbox.journal import transcript
from sandbox.observation import order
from sandbox.observation.commands import Command, commands
from sandbox.observation.facts import Facts, Noted, detail
from sandbox.observation.files import tree_content
from sandbox.observation.kinds import Calls, Datagrams, Kind, Mails, Requests, TcpStreams, Uploads
from sandbox.observation.query import Query
from sandbox.observation.rules import Criterion, criteria_of
from sandbox.observation.world import World

__tracebackhide__ = True  # pytest shows the line of the test


class Observer:
    """Reads one world. What was read of it once is kept as long as the timeline has it."""

    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def mails(self) -> Mails:
        """Mails that were accepted."""
        return Mails(self.world)

    @cached_property
    def requests(self) -> Requests:
        """HTTP requests."""
        return Requests(self.world)

    @cached_property
    def calls(self) -> Calls:
        """XML-RPC calls."""
        return Calls(self.world)

    @cached_property
    def uploads(self) -> Uploads:
        """Files stored by FTP."""
        return Uploads(self.world)

    @cached_property
    def streams(self) -> TcpStreams:
        """TCP connections."""
        return TcpStreams(self.world)

    @cached_property
    def datagrams(self) -> Datagrams:
        """UDP datagrams."""
        return Datagrams(self.world)

    def facts(self, name: str | None, wanted: Mapping[str, Any]) -> Query[Noted]:
        """Facts of a name, with details. ``service``, ``connection`` and ``where`` are about the fact itself."""
        kind = Facts(self.world)
        own = {word: value for word, value in wanted.items() if word in kind.known}
        details = [
            Criterion[Noted](word, "name", value, lambda noted, word=word: detail(noted, word))  # type: ignore[misc]
            for word, value in wanted.items()
            if word not in kind.known and value is not None
        ]
        return Query(kind, (*criteria_of({"name": name, **own}, kind.known), *details))

    async def in_order(self, steps: Sequence[order.Step], timeout: float) -> list[Any]:  # noqa: ASYNC109
        """What was found for each step. Raises WaitTimeout."""
        return await order.in_order(self.world.journal, [self._query(step) for step in steps], timeout)

    def commands(self, service: str, verb: str | None = None) -> list[Command]:
        """What the clients of a service said."""
        return [
            command
            for command in commands(self.world.journal)
            if command.service == service and (verb is None or command.verb == verb.upper())
        ]

    def files(self) -> dict[str, bytes]:
        """The whole tree."""
        return tree_content(self.world.files)

    def transcript(self, connection: int) -> str:
        """The dialogue of one connection, with what else happened to it."""
        return transcript(self.world.journal.connection(connection))

    def clear_mail(self) -> None:
        """Remove all mail, also from the mailboxes."""
        self.world.mail.remove([message.id for message in self.world.mail.messages])

    def _query(self, step: order.Step) -> Query[Any]:
        if not isinstance(step, order.Step):
            raise TypeError(
                f"a step is mailed(…), requested(…), called(…), stored(…) or noted(…), not {step!r}"
            )
        if step.kind == "fact":
            rest = {word: value for word, value in step.conditions.items() if word != "name"}
            return self.facts(step.conditions["name"], rest)
        kinds: tuple[Kind[Any], ...] = (self.mails, self.requests, self.calls, self.uploads)
        (kind,) = (kind for kind in kinds if kind.noun == step.kind)
        return Query.of(kind, step.conditions)
