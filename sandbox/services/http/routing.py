"""A small route table: methods and path templates lead to handlers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote

if TYPE_CHECKING:
    from aiohttp import web

#: Answers a request; the parts of the path that the template names are keyword arguments, percent-decoded.
Handler: TypeAlias = Callable[..., Awaitable["web.StreamResponse"]]

#: The methods of RFC 9110 §9 and RFC 5789; others are not implemented.
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")

_PARAMETER = re.compile(r"\{(\w+)(\*?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """A handler that was found, and what it is to be called with. Without a handler the method is not allowed.

    ``allowed`` are the methods of the path, for the Allow field (RFC 9110 §10.2.1).
    """

    handler: Handler | None
    parameters: dict[str, str]
    allowed: tuple[str, ...]


@dataclass(slots=True)
class _Path:
    pattern: re.Pattern[str]
    handlers: dict[str, Handler] = field(default_factory=dict)

    @property
    def allowed(self) -> tuple[str, ...]:
        methods = set(self.handlers) | {"OPTIONS"} | ({"HEAD"} if "GET" in self.handlers else set())
        return tuple(sorted(methods))

    def handler(self, method: str) -> Handler | None:
        return self.handlers.get(method) or (self.handlers.get("GET") if method == "HEAD" else None)


class Routes:
    """Templates as ``/status/{codes}`` or ``/anything/{rest*}``: a name is one segment, with a star all that follow.

    Paths without names are found first, then the others in the order in which they were added. GET includes HEAD,
    and every path knows OPTIONS.
    """

    def __init__(self) -> None:
        self._exact: dict[str, _Path] = {}
        self._templates: dict[str, dict[str, _Path]] = {}

    def add(self, methods: str | Iterable[str], template: str, handler: Handler) -> None:
        """Lead requests for the template, with one of the methods (``"GET POST"`` or a sequence), to ``handler``."""
        if not template.startswith("/"):
            raise ValueError(f"the template {template!r} does not begin with a slash")
        table = self._templates.setdefault(_first(template), {}) if "{" in template else self._exact
        path = table.setdefault(template, _Path(_compiled(template)))
        for method in methods.split() if isinstance(methods, str) else methods:
            path.handlers[method] = handler

    def include(self, other: Routes) -> None:
        """Add the routes of another table; they come last, and where both know a path and method, they win."""
        for table in (other._exact, *other._templates.values()):
            for template, path in table.items():
                for method, handler in path.handlers.items():
                    self.add((method,), template, handler)

    def find(self, method: str, path: str) -> Route | None:
        """The route for a path as it stands in the target, or None if the table does not know the path."""
        exact = self._exact.get(path)
        if exact is not None:
            return Route(exact.handler(method), {}, exact.allowed)
        refused: Route | None = None
        for candidate in self._candidates(path):
            found = candidate.pattern.fullmatch(path)
            if found is None:
                continue
            parameters = {name: unquote(value) for name, value in found.groupdict().items()}
            route = Route(candidate.handler(method), parameters, candidate.allowed)
            if route.handler is not None:
                return route
            refused = refused or route
        return refused

    def _candidates(self, path: str) -> Iterable[_Path]:
        for first in (_first(path), ""):
            yield from self._templates.get(first, {}).values()


def _first(path: str) -> str:
    """The first segment; empty if it is a name."""
    segment = path.split("/", 2)[1] if path.startswith("/") else ""
    return "" if "{" in segment else segment


def _compiled(template: str) -> re.Pattern[str]:
    pattern, end = "", 0
    for found in _PARAMETER.finditer(template):
        inside = ".*" if found[2] else "[^/]+"
        pattern += re.escape(template[end : found.start()]) + f"(?P<{found[1]}>{inside})"
        end = found.end()
    return re.compile(pattern + re.escape(template[end:]), re.DOTALL)
