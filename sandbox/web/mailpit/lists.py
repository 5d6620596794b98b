"""Lists of messages: everything, what a search finds, and what is done to many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from aiohttp import web
from pydantic import ConfigDict, Field

from sandbox.stores.mail import Message
from sandbox.web.mailpit.box import Box
from sandbox.web.mailpit.shapes import MessagePage, ReadStatus, Selection
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape

AT = "/api/v1"


class PageQuery(Shape):
    """Which part of a list is wanted."""

    model_config = ConfigDict(extra="ignore")

    start: Annotated[int, Field(ge=0)] = 0
    """Messages left out at the beginning."""
    limit: Annotated[int, Field(ge=0)] = 50
    """Messages at the most; 0 means all."""


class ZoneQuery(Shape):
    """How dates are meant."""

    model_config = ConfigDict(extra="ignore")

    tz: str = ""
    """The time zone of before: and after:, as Europe/Berlin."""


class SearchQuery(ZoneQuery):
    """What is searched for."""

    query: Annotated[str, Field(min_length=1)]
    """Words that all have to be found; from:, to:, subject: … before a word, - negates it."""


class PageSearchQuery(SearchQuery, PageQuery):
    """What is searched for, and which part of the list is wanted."""


class Lists:
    """List, search, delete, mark as read."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def operations(self) -> Iterator[Operation]:
        """The operations."""
        yield Operation(
            method="GET",
            path=f"{AT}/messages",
            name="mailpit_list",
            summary="Messages, newest first",
            handler=self._list,
            query=PageQuery,
            answer=MessagePage,
        )
        yield Operation(
            method="PUT",
            path=f"{AT}/messages",
            name="mailpit_set_read",
            summary="Mark messages as read or unread",
            handler=self._set_read,
            query=ZoneQuery,
            body=ReadStatus,
            body_optional=True,
            answer="text/plain",
            problems=(404,),
        )
        yield Operation(
            method="DELETE",
            path=f"{AT}/messages",
            name="mailpit_delete",
            summary="Delete messages; all if none is named",
            handler=self._delete,
            body=Selection,
            body_optional=True,
            answer="text/plain",
        )
        yield Operation(
            method="GET",
            path=f"{AT}/search",
            name="mailpit_search",
            summary="Messages that a search finds, newest first",
            handler=self._search,
            query=PageSearchQuery,
            answer=MessagePage,
        )
        yield Operation(
            method="DELETE",
            path=f"{AT}/search",
            name="mailpit_delete_search",
            summary="Delete what a search finds",
            handler=self._delete_search,
            query=SearchQuery,
            answer="text/plain",
        )

    async def _list(self, asked: Asked) -> MessagePage:
        return await self._page(self._box.newest_first, asked.query)

    async def _search(self, asked: Asked) -> MessagePage:
        query: PageSearchQuery = asked.query
        return await self._page(await self._box.matching(query.query, query.tz), query)

    async def _set_read(self, asked: Asked) -> web.Response:
        wanted: ReadStatus = asked.body
        if wanted.IDs and wanted.Search:
            raise ProblemError(400, "Name messages by IDs or by Search, not by both.")
        if wanted.IDs:
            messages = [self._box.find(each) for each in wanted.IDs]
        elif wanted.Search:
            messages = await self._box.matching(wanted.Search, asked.query.tz)
        else:
            messages = self._box.newest_first
        self._box.set_read(messages, read=wanted.Read)
        return ok()

    async def _delete(self, asked: Asked) -> web.Response:
        everything = not asked.body.IDs
        ids = [message.id for message in self._box.newest_first]
        self._box.remove(ids if everything else asked.body.IDs)
        if everything:
            self._box.tell("truncate", None)
        return ok()

    async def _delete_search(self, asked: Asked) -> web.Response:
        found = await self._box.matching(asked.query.query, asked.query.tz)
        self._box.remove([message.id for message in found])
        return ok()

    async def _page(self, matching: Sequence[Message], wanted: PageQuery) -> MessagePage:
        everything = self._box.newest_first
        read = self._box.read_ids(everything)
        end = wanted.start + wanted.limit if wanted.limit else None
        shown = await self._box.items(matching[wanted.start : end])
        return MessagePage(
            total=len(everything),
            unread=len(everything) - len(read),
            count=len(shown),
            messages_count=len(matching),
            messages_unread=sum(message.id not in read for message in matching),
            start=wanted.start,
            tags=list(self._box.tags),
            messages=shown,
        )


def ok() -> web.Response:
    """What Mailpit says when there is nothing to say."""
    return web.Response(text="ok")
