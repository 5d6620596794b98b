"""What can be asked, each with its models: requests are read by them, and the OpenAPI document is made from them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict

from sandbox.web.shape import Shape

if TYPE_CHECKING:
    from aiohttp import web


class Query(Shape):
    """Base of the parameters behind the question mark: texts, read leniently; unknown ones are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read: the names of the path, and the query and the body as the operation's models have them."""

    request: web.BaseRequest
    path: dict[str, str]
    query: Any
    body: Any


#: Returns the answer's model, None where there is none, or a finished response.
Handler: TypeAlias = Callable[[Asked], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path. ``answer`` is the model of a JSON body, a media type, or None for no body at all."""

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | str | None = None
    status: int = 200
    problems: tuple[int, ...] = ()
    body_optional: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression over undecoded paths."""
        parts = re.split(r"\{(\w+)\}", self.path)
        texts = (
            re.escape(part) if place % 2 == 0 else f"(?P<{part}>[^/]+)" for place, part in enumerate(parts)
        )
        return re.compile("".join(texts))

    @property
    def names(self) -> list[str]:
        """The names within the path."""
        return re.findall(r"\{(\w+)\}", self.path)


@dataclass(slots=True)
class Routes:
    """The operations, in the order in which they are tried."""

    operations: list[Operation] = field(default_factory=list)

    def include(self, operations: Iterable[Operation]) -> None:
        """Add operations behind those that are there."""
        self.operations.extend(operations)

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str], Sequence[str]]:
        """The operation, the names of its path, and the methods the path knows: none if there is no such path."""
        wanted = "GET" if method == "HEAD" else method
        allowed: list[str] = []
        for operation in self.operations:
            found = operation.pattern.fullmatch(path)
            if found is None:
                continue
            if operation.method == wanted:
                return operation, {name: unquote(text) for name, text in found.groupdict().items()}, allowed
            allowed.append(operation.method)
        return None, {}, allowed
