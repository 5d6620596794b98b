"""The timeline: asked for, streamed, and as transcripts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

from aiohttp import web

from sandbox.journal import Journal, transcript
from sandbox.service import Context
from sandbox.web.own.entries import EntryFilter, EntryModel, EntryQuery, fits_entry, model
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape
from sandbox.web.turns import in_turns

HEARTBEAT = 15.0  # seconds; a proxy between keeps a stream that says something now and then


class EntryList(Shape):
    """Entries in their order. ``last`` is the newest that was looked at: ask on with ``after`` set to it.

    ``evicted`` counts all entries that gave way since the start.
    """

    last: int
    evicted: int
    entries: Sequence[EntryModel]


class Timeline:
    """Query, stream, transcript."""

    def __init__(self, context: Context) -> None:
        self._journal = context.journal

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        yield Operation(
            method="GET",
            path=f"{at}/journal",
            name="list_journal",
            summary="Entries of the timeline, oldest first",
            handler=self._list,
            query=EntryQuery,
            answer=EntryList,
        )
        yield Operation(
            method="GET",
            path=f"{at}/journal/stream",
            name="stream_journal",
            summary="Entries as they come, as server-sent events; Last-Event-ID says behind which to begin",
            handler=self._stream,
            query=EntryFilter,
            answer="text/event-stream",
        )
        yield Operation(
            method="GET",
            path=f"{at}/connections/{{number}}/transcript",
            name="read_transcript",
            summary="What was said on one connection, as RFCs write it",
            handler=self._transcribe,
            answer="text/plain",
            problems=(404,),
        )

    async def _list(self, asked: Asked) -> EntryList:
        query: EntryQuery = asked.query
        journal, found = self._journal, []
        last = journal.last
        async for entry in in_turns(journal.since(query.after)):
            if fits_entry(entry, query):
                found.append(model(entry))
                if len(found) == query.limit:
                    last = entry.sequence
                    break
        return EntryList(last=last, evicted=journal.evicted, entries=found)

    async def _stream(self, asked: Asked) -> web.StreamResponse:
        journal = self._journal
        last = _number(asked.request.headers.get("Last-Event-ID"), journal.last)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        )
        await response.prepare(asked.request)
        await response.write(b": entries as they come\n\n")
        with _Bell(journal) as bell:
            while True:
                for entry in journal.since(last):
                    last = entry.sequence
                    if fits_entry(entry, asked.query):
                        data = model(entry).model_dump_json().encode()
                        await response.write(b"id: %d\nevent: entry\ndata: %b\n\n" % (last, data))
                if not await bell.rung(HEARTBEAT):
                    await response.write(b": still here\n\n")

    async def _transcribe(self, asked: Asked) -> web.Response:
        number = asked.path["number"]
        entries = self._journal.connection(_number(number, 0))
        if not entries or not number.isdecimal():
            raise ProblemError(404, f"The timeline has nothing of connection {number}.")
        return web.Response(text=transcript(entries))


class _Bell:
    """Rings when the timeline has grown; however fast it grows, there is one ring to hear."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._event = asyncio.Event()

    def __enter__(self) -> _Bell:
        self._unwatch = self._journal.watch(lambda _: self._event.set())
        return self

    def __exit__(self, *_: object) -> None:
        self._unwatch()

    async def rung(self, seconds: float) -> bool:
        """Wait for the next ring, but only so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        rung = self._event.is_set()
        self._event.clear()
        return rung


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 19 else otherwise
