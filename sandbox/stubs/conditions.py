"""From what a test or a configuration says to conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sandbox.stubs.matching import (
    Condition,
    fits,
    fits_name,
    fits_octets,
    fits_path,
    path_pattern,
    text_pattern,
)

Test: TypeAlias = Callable[[Any, Any], bool]

_KNOWN: Mapping[str, Mapping[str, tuple[Callable[[Any], Any], Test]]] = {
    "http": {
        "listener": (lambda request: request.listener, fits),
        "method": (lambda request: request.method, fits_name),
        "path": (lambda request: request.path, fits_path),
        "host": (lambda request: request.host, fits_name),
        "query": (lambda request: request.query, fits),
        "headers": (lambda request: request.headers, fits),
        "json": (lambda request: request.json, fits),
        "form": (lambda request: request.form, fits),
        "body": (lambda request: request.body, fits_octets),
    },
    "xmlrpc": {
        "method": (lambda request: request.method, fits),
        "params": (lambda request: request.params, fits),
    },
    "tcp": {
        "listener": (lambda request: request.listener, fits),
        "data": (lambda request: request.data, fits_octets),
    },
    "udp": {
        "listener": (lambda request: request.listener, fits),
        "data": (lambda request: request.data, fits_octets),
    },
}


def conditions_of(
    service: str, wanted: Mapping[str, Any], matches: Callable[[Any], object] | None = None
) -> tuple[Condition, ...]:
    """The conditions of a service that are not None; ``matches`` is asked about the whole request.

    Raises ValueError for what is no regular expression.
    """
    known = _KNOWN[service]
    found = [
        Condition(name, readable(value, path=name == "path"), *known[name])
        for name, value in wanted.items()
        if value is not None
    ]
    if matches is not None:
        found.append(Condition("matches", matches, lambda request: request, fits))
    return tuple(found)


def readable(wanted: Any, *, path: bool = False) -> Any:
    """The same, if all regular expressions in it are such. Raises ValueError."""
    match wanted:
        case str():
            try:
                path_pattern(wanted) if path else text_pattern(wanted)
            except re.error as error:
                raise ValueError(f"{wanted!r} is no regular expression: {error}") from None
        case Mapping():
            for each in wanted.values():
                readable(each)
        case list() | tuple():
            for each in wanted:
                readable(each)
    return wanted
