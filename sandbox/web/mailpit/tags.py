"""Tags: words that people put on messages."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web
from pydantic import RootModel

from sandbox.stores.mail import Message
from sandbox.web.mailpit.box import Box
from sandbox.web.mailpit.lists import AT, ok
from sandbox.web.mailpit.shapes import TagName, TagsRequest
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation


class TagList(RootModel[list[str]]):
    """All tags."""


class Tags:
    """List, set, rename, delete."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def operations(self) -> Iterator[Operation]:
        """The operations."""
        at = f"{AT}/tags"
        yield Operation(
            method="GET",
            path=at,
            name="mailpit_tags",
            summary="All tags",
            handler=self._list,
            answer=TagList,
        )
        yield Operation(
            method="PUT",
            path=at,
            name="mailpit_set_tags",
            summary="Give messages exactly these tags",
            handler=self._set,
            body=TagsRequest,
            answer="text/plain",
            problems=(404,),
        )
        yield Operation(
            method="PUT",
            path=f"{at}/{{tag}}",
            name="mailpit_rename_tag",
            summary="Rename a tag",
            handler=self._rename,
            body=TagName,
            answer="text/plain",
            problems=(404,),
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/{{tag}}",
            name="mailpit_delete_tag",
            summary="Take a tag off all messages",
            handler=self._delete,
            answer="text/plain",
        )

    async def _list(self, _: Asked) -> TagList:
        return TagList(list(self._box.tags))

    async def _set(self, asked: Asked) -> web.Response:
        for message in [self._box.find(each) for each in asked.body.IDs or ()]:
            self._box.set_tags(message, asked.body.Tags or ())
        return ok()

    async def _rename(self, asked: Asked) -> web.Response:
        tag = asked.path["tag"]
        tagged = self._tagged(tag)
        if not tagged:
            raise ProblemError(404, f"There is no tag {tag!r}.")
        for message in tagged:
            others = [each for each in self._box.marks(message).tags if each != tag]
            self._box.set_tags(message, [*others, asked.body.Name])
        return ok()

    async def _delete(self, asked: Asked) -> web.Response:
        for message in self._tagged(asked.path["tag"]):
            tags = self._box.marks(message).tags
            self._box.set_tags(message, [each for each in tags if each != asked.path["tag"]])
        return ok()

    def _tagged(self, tag: str) -> list[Message]:
        return [message for message in self._box.newest_first if tag in self._box.marks(message).tags]
