"""What changes, told at once over a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web
from pydantic import BaseModel

from sandbox.stores.mail import Message
from sandbox.web.mailpit.box import Box
from sandbox.web.parsed import parsed
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation
from sandbox.web.version import VERSION

WAITING = 1000  # events that a listener may be behind before it is let go
HEARTBEAT = 30.0  # seconds between pings


@dataclass(eq=False, slots=True)
class _Event:
    """Something that changed; its text is made once, by the first of those who tell it to their listener."""

    kind: str
    data: object
    text: str = ""
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


class Events:
    """``/api/events``: ``{"Type": "new", "Data": {…}}`` and its like, to everybody who listens."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._queues: set[asyncio.Queue[_Event | None]] = set()
        self._newest_stats: _Event | None = None
        box.told.append(self._publish)
        self._unwatch = box.store.watch(self._changed)

    def operations(self) -> Iterator[Operation]:
        """The one operation."""
        yield Operation(
            method="GET",
            path="/api/events",
            name="mailpit_events",
            summary="A WebSocket that tells of new, changed and deleted messages",
            handler=self._serve,
            status=101,
            problems=(400,),
        )

    def close(self) -> None:
        """Tell nobody any more."""
        self._unwatch()
        for queue in self._queues:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(None)

    def _changed(self, message: Message, present: bool) -> None:
        self._publish("new" if present else "delete", message if present else {"ID": message.id})
        self._publish("stats", None)

    def _publish(self, kind: str, data: object) -> None:
        event = _Event(kind, data)
        if kind == "stats":
            self._newest_stats = event
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:  # who does not read is let go rather than kept in memory
                self._queues.discard(queue)

    async def _serve(self, asked: Asked) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=64 * 1024)
        if not socket.can_prepare(asked.request).ok:
            raise ProblemError(400, "This is a WebSocket: ask for an upgrade.")
        queue: asyncio.Queue[_Event | None] = asyncio.Queue(WAITING)
        self._queues.add(queue)
        try:
            await socket.prepare(asked.request)
            await self._tell(socket, queue)
        finally:
            self._queues.discard(queue)
        return socket

    async def _tell(self, socket: web.WebSocketResponse, queue: asyncio.Queue[_Event | None]) -> None:
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(_hear(socket, queue))
            while (event := await queue.get()) is not None and queue in self._queues:
                # To count takes as long as there are messages: only the last of several counts in a row is told.
                if event.kind != "stats" or event is self._newest_stats:
                    await socket.send_str(await self._text(event))
            hearing.cancel()
        await socket.close()

    async def _text(self, event: _Event) -> str:
        async with event.making:
            if not event.text:
                data = await self._data(event.kind, event.data)
                event.text = json.dumps({"Type": event.kind, "Data": data})
        return event.text

    async def _data(self, kind: str, data: object) -> object:
        if isinstance(data, Message):
            (each,) = await parsed([data])
            data = self._box.item(each, read=False)
        if kind == "stats":
            messages = self._box.newest_first
            unread = len(messages) - len(self._box.read_ids(messages))
            return {"Total": len(messages), "Unread": unread, "Version": f"v{VERSION}"}
        return data.model_dump(mode="json") if isinstance(data, BaseModel) else data


async def _hear(socket: web.WebSocketResponse, queue: asyncio.Queue[_Event | None]) -> None:
    """Read what the client says, which is of no interest, until it goes."""
    while (await socket.receive()).type not in (
        WSMsgType.CLOSE,
        WSMsgType.CLOSING,
        WSMsgType.CLOSED,
        WSMsgType.ERROR,
    ):
        pass
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(None)
