"""On which line of a TOML file a key stands; tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from sandbox.settings.mistakes import Key

_TABLE = re.compile(r"^\s*\[(?P<array>\[)?\s*(?P<key>[^\]]+?)\s*\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"""^\s*(?P<key>(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=(?P<value>.*)$""")


class LineMap:
    """Looks a key up; a key within an inline table or an array has the line of what holds it."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def where(self, key: Key) -> str:
        """``file:line`` of the key or the innermost table around it; the file's name alone if there is neither."""
        for length in range(len(key), 0, -1):
            line = self._lines.get(key[:length])
            if line is not None:
                return f"{self._name}:{line}"
        return self._name

    @cached_property
    def _lines(self) -> dict[Key, int]:
        """Read when a mistake is told, which is seldom."""
        lines: dict[Key, int] = {}
        for key, line in _scan(self._text):
            lines.setdefault(key, line)
        return lines


def _scan(text: str) -> Iterator[tuple[Key, int]]:
    table: Key = ()
    arrays: dict[Key, int] = {}
    end: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if end is not None:
            end = None if end in line else end
            continue
        if found := _TABLE.match(line):
            table = _parts(found["key"])
            if found["array"]:
                arrays[table] = arrays.get(table, -1) + 1
                table = (*table, arrays[table])
            yield table, number
        elif found := _ASSIGNMENT.match(line):
            yield table + _parts(found["key"]), number
            end = _open_string(found["value"])


def _parts(key: str) -> Key:
    """A dotted key in its parts, unquoted by the parser that knows how."""
    try:
        data: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return (key,)
    parts: list[str | int] = []
    while isinstance(data, dict):
        part = next(iter(data))
        parts.append(part)
        data = data[part]
    return tuple(parts)


def _open_string(value: str) -> str | None:
    """The quotes that a multi-line string on this line still waits for."""
    for quotes in ('"""', "'''"):
        if value.count(quotes) % 2:
            return quotes
    return None
