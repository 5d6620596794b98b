"""From what a test or a configuration says to conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sandbox.stubs.matching import (
    Condition,
    fits,
    fits_fields,
    fits_name,
    fits_octets,
    fits_path,
    is_pattern,
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
        "query": (lambda request: request.query, fits_fields),
        "headers": (lambda request: request.headers, fits_fields),
        "json": (lambda request: request.json, fits),
        "form": (lambda request: request.form, fits_fields),
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


_MAPPINGS = ("query", "headers", "form")
_OCTETS = ("body", "data")


def conditions_of(
    service: str, wanted: Mapping[str, Any], matches: Callable[[Any], object] | None = None
) -> tuple[Condition, ...]:
    """The conditions of a service that are not None; ``matches`` is asked about the whole request.

    Raises ValueError for what is no regular expression, and for what nothing that comes could ever fit.
    """
    known = _KNOWN[service]
    found: list[Condition] = []
    for name, value in wanted.items():
        if value is None:
            continue
        if mistake := mistake_in(service, name, value):
            raise ValueError(f"{name}: {mistake}")
        found.append(Condition(name, value, *known[name]))
    if matches is not None:
        found.append(Condition("matches", matches, lambda request: request, fits))
    return tuple(found)


def mistake_in(service: str, name: str, wanted: Any) -> str | None:
    """What is wrong with a condition: a regular expression that is none, or nothing that comes could ever fit it."""
    if callable(wanted):
        return None
    if name in _MAPPINGS and not isinstance(wanted, Mapping):
        return f"{wanted!r} is no mapping, as {{'name': 'value'}}"
    if name in _OCTETS and not isinstance(wanted, str | bytes | re.Pattern):
        return f"{wanted!r} is neither a text nor octets"
    try:
        _read(wanted, path=name == "path")
    except re.error as error:
        return f"{error.pattern!r} is no regular expression: {error}"
    if service == "http" and isinstance(wanted, str):
        return _miswritten(name, wanted)
    return None


def _miswritten(name: str, wanted: str) -> str | None:
    match name:
        case "method" if wanted == "/" or ("/" in wanted and not is_pattern(wanted)):
            return f"{wanted!r} is a path, so say path={wanted!r}"
        case "path" if is_pattern(wanted, begin="/^"):
            return None
        case "path" if "://" in wanted:
            return f"{wanted!r} is a URL; host and path are conditions of their own"
        case "path" if not wanted.startswith(("/", "*", "{")):
            return f"{wanted!r} does not begin with /"
        case "path" if "?" in wanted:
            return f"{wanted!r} has a query, which is a condition of its own: query={{'name': 'value'}}"
    return None


def _read(wanted: Any, *, path: bool = False) -> None:
    """Raises re.error."""
    match wanted:
        case str():
            path_pattern(wanted) if path else text_pattern(wanted)
        case Mapping():
            for each in wanted.values():
                _read(each)
        case list() | tuple():
            for each in wanted:
                _read(each)
