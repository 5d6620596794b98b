"""Matching: what a value must be like, and in which words a mismatch is told.

Names are compared whole, with ``*`` for anything; texts need only be contained. Both may be given as a compiled regular
expression, which is searched, or as a function, which is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar

from sandbox.observation.mail import Headers
from sandbox.stubs.matching import shown

T = TypeVar("T")

#: A name, whole, with ``*`` for anything.
NameRule: TypeAlias = str | re.Pattern[str] | Callable[[str], object] | None
#: A text that is contained.
TextRule: TypeAlias = str | re.Pattern[str] | Callable[[str], object] | None
#: Octets that are contained.
DataRule: TypeAlias = bytes | re.Pattern[bytes] | Callable[[bytes], object] | None
#: What a mapping has at least.
PartRule: TypeAlias = Mapping[str, Any] | None


#: Modes in which a part of the value is enough.
CONTAINED = ("text", "octets", "body")

_TAKEN: Mapping[str, tuple[tuple[type, ...], str]] = {
    "NAME": ((str,), "a text, with * for anything"),
    "text": ((str,), "a text"),
    "octets": ((bytes,), "octets, as b'…'"),
    "body": ((str, bytes), "a text or octets"),
    "number": ((int,), "a number"),
    "fields": ((Mapping,), "a mapping"),
    "function": ((), "a function"),
}


@dataclass(frozen=True)
class Criterion(Generic[T]):
    """One condition. It is met if any of the ``values`` of an item fits what is ``wanted``.

    ``mode`` is one of ``name``, ``NAME`` (a name whose case does not matter), ``text``, ``octets`` and ``body`` (contained),
    ``number``, ``part`` (of a mapping the members that are named; everything else is equal), ``fields`` (the same for
    texts) and ``function``.
    """

    name: str
    mode: str
    wanted: Any
    values: Callable[[T], Sequence[Any]]

    def met(self, item: T) -> bool:
        """Whether the item meets it."""
        return any(self._fits(value) for value in self.values(item))

    def told(self) -> str:
        """The condition in a few words, as ``subject='Welcome'``."""
        return f"{self.name}={shown(self.wanted)}"

    def _fits(self, value: Any) -> bool:
        wanted = self.wanted
        if self.mode in ("part", "fields") or isinstance(wanted, re.Pattern) or callable(wanted):
            return is_part_of(wanted, value)
        if self.mode in CONTAINED:
            return isinstance(value, type(wanted)) and wanted in value
        if not isinstance(wanted, str):
            return bool(value == wanted)
        return isinstance(value, str) and _pattern(wanted, self.mode == "NAME").fullmatch(value) is not None


def is_part_of(wanted: Any, value: Any) -> bool:
    """Whether a value has what is wanted: of mappings the members that are named, everything else is equal.

    Of header fields that come again any may fit. A regular expression is searched in a text or in octets, whichever it is made for; a function is asked.
    """
    if isinstance(wanted, re.Pattern):
        return isinstance(value, type(wanted.pattern)) and wanted.search(value) is not None
    if callable(wanted):
        return bool(wanted(value))
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        return all(
            any(is_part_of(each, found) for found in values_of(value, name)) for name, each in wanted.items()
        )
    return bool(wanted == value)


def values_of(mapping: Mapping[str, Any], name: str) -> Sequence[Any]:
    """What a mapping has under a name: nothing, one value, or all fields of that name where it knows several."""
    if isinstance(mapping, Headers):
        return mapping.all(name)
    return [mapping[name]] if name in mapping else []


def criteria_of(
    wanted: Mapping[str, Any], known: Mapping[str, tuple[str, Callable[[T], Sequence[Any]]]]
) -> tuple[Criterion[T], ...]:
    """The conditions of keyword arguments; ``known`` has the mode and the values of each.

    Raises TypeError for a word that is not known, and for what could never fit.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise TypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
    return tuple(
        Criterion(name, known[name][0], _checked(name, known[name][0], value), known[name][1])
        for name, value in wanted.items()
        if value is not None
    )


def _checked(name: str, mode: str, wanted: Any) -> Any:
    """What is wanted; of fields, which are texts all, a number is meant as it is written."""
    __tracebackhide__ = True
    taken, told = _TAKEN.get(mode, ((object,), ""))
    judged = wanted.pattern if isinstance(wanted, re.Pattern) else wanted
    if not callable(wanted) and not isinstance(judged, taken):
        raise TypeError(
            f"{name} takes {told}{'' if mode == 'function' else ', or a function'}; not {wanted!r}"
        )
    if mode == "fields" and isinstance(wanted, Mapping):
        return {each: str(value) if type(value) in (int, float) else value for each, value in wanted.items()}
    return wanted


@lru_cache(maxsize=256)
def _pattern(name: str, any_case: bool) -> re.Pattern[str]:
    pattern = ".*".join(map(re.escape, name.split("*")))
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if any_case else 0))
