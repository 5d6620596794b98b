"""Waiting: the answer comes when what is waited for is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, TypeVar

from pydantic import Field

from sandbox.journal import Entry
from sandbox.service import Context
from sandbox.stores.mail import Message
from sandbox.web.own.entries import EntryFilter, EntryModel, fits_entry, model
from sandbox.web.own.mail import MailFilter, MailList, matching, misses, outline
from sandbox.web.parsed import addresses
from sandbox.web.problem import Mistake, ProblemError
from sandbox.web.routes import Asked, Operation

T = TypeVar("T")

LONGEST = 120.0  # seconds
LISTED = 5  # messages told when a wait has failed, the latest


class MailWait(MailFilter):
    """Which messages are waited for, how many and how long."""

    count: Annotated[int, Field(ge=1, le=1000)] = 1
    """Messages that have to be there, those that are there already included."""
    timeout: Annotated[float, Field(ge=0, le=LONGEST)] = 10.0
    """Seconds."""


class EntryWait(EntryFilter):
    """Which entry is waited for, from where on and how long."""

    after: Annotated[int, Field(ge=0)] = 0
    """Only entries with a higher sequence number than this."""
    timeout: Annotated[float, Field(ge=0, le=LONGEST)] = 10.0
    """Seconds."""


class Waiting:
    """For mail and for entries of the timeline."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        yield Operation(
            method="GET",
            path=f"{at}/wait/mail",
            name="wait_for_mail",
            summary="Matching messages, as soon as there are enough; 504 if there never are",
            handler=self._wait_for_mail,
            query=MailWait,
            answer=MailList,
            problems=(504,),
        )
        yield Operation(
            method="GET",
            path=f"{at}/wait/entry",
            name="wait_for_entry",
            summary="The first matching entry of the timeline, past or to come; 504 if there is none",
            handler=self._wait_for_entry,
            query=EntryWait,
            answer=EntryModel,
            problems=(504,),
        )

    async def _wait_for_mail(self, asked: Asked) -> MailList:
        query: MailWait = asked.query
        store = self._context.mail

        def enough() -> list[Message] | None:
            try:
                found = matching(store, query)
            except ProblemError:  # the mailbox is not there yet
                found = []
            return found if len(found) >= query.count else None

        found = await _until(enough, lambda ring: store.watch(lambda *_: ring()), query.timeout)
        if found is None:
            here = len(store.messages)
            raise ProblemError(
                504,
                f"Not enough matching mail came within {query.timeout:g} s; {here} messages are here.",
                [_missed(message, query) for message in store.messages[-LISTED:]],
            )
        return MailList(total=len(found), messages=outline(store, found))

    async def _wait_for_entry(self, asked: Asked) -> EntryModel:
        query: EntryWait = asked.query
        journal = self._context.journal
        seen = query.after

        def first() -> Entry | None:
            nonlocal seen
            entries = journal.since(seen)
            seen = journal.last
            return next((entry for entry in entries if fits_entry(entry, query)), None)

        found = await _until(first, lambda ring: journal.watch(lambda _: ring()), query.timeout)
        if found is None:
            raise ProblemError(504, f"No matching entry came within {query.timeout:g} s.")
        return model(found)


def _missed(message: Message, query: MailWait) -> Mistake:
    """A message that is there, and how it differs from what is waited for."""
    known = addresses(message)
    sender, recipients = known.sender[0] if known.sender else "<>", ", ".join(known.recipients)
    wrong = misses(message, query)
    told = f"{', '.join(wrong)} {'differs' if len(wrong) == 1 else 'differ'}" if wrong else "fits"
    return Mistake(where=f"mail.{message.id}", message=f"{sender} → {recipients} {known.subject!r}: {told}")


async def _until(
    look: Callable[[], T | None],
    watch: Callable[[Callable[[], None]], Callable[[], None]],
    seconds: float,
) -> T | None:
    """What ``look`` finds, now or after one of the rings that ``watch`` arranges; None when the time is over."""
    bell = asyncio.Event()
    unwatch = watch(bell.set)
    try:
        found = look()
        async with asyncio.timeout(seconds):
            while found is None:
                await bell.wait()
                bell.clear()
                found = look()
    except TimeoutError:
        return None
    finally:
        unwatch()
    return found
