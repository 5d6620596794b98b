"""Values from strangers, cut down to what JSON can say and a timeline can bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from sandbox.behaviours.pickles import Record

MOST = 200  # values within one value
DEEPEST = 5
LONGEST = 1000  # characters of a string

T = TypeVar("T")

_INT = 1 << 64


def plain(value: Any) -> Any:
    """``value`` as strings, numbers, lists and dictionaries; what is too much or too strange is named, not kept.

    A value may contain itself, or the same list a thousand times.
    """
    return _Cut().plain(value, 0)


class _Cut:
    def __init__(self) -> None:
        self._left = MOST

    def plain(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return "…"
        match value:
            case None | bool() | float():
                return value
            case int():
                return value if -_INT < value < _INT else "a very large number"
            case str():
                return value[:LONGEST]
            case bytes() | bytearray():
                return bytes(value[:LONGEST]).decode("utf-8", "backslashreplace")
            case Record():
                return {"class": value.name} | self._mapping(value.attributes, depth)
            case dict():
                return self._mapping(value, depth)
            case list() | tuple() | set() | frozenset():
                return [self.plain(item, depth + 1) for item in self._some(value)]
        return f"a {type(value).__name__}"

    def _mapping(self, values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        return {
            str(self.plain(key, depth + 1)): self.plain(value, depth + 1)
            for key, value in self._some(values.items())
        }

    def _some(self, values: Iterable[T]) -> list[T]:
        return list(islice(values, max(self._left, 0) + 1))
