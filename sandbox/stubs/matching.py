"""Matching: what a value must be like, and in which words a mismatch is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Condition:
    """One condition on what comes; ``value`` reads what it is about, ``test`` judges it."""

    name: str
    wanted: Any
    value: Callable[[Any], Any]
    test: Callable[[Any, Any], bool]

    def met(self, request: object) -> bool:
        """Whether a request meets it."""
        return self.test(self.wanted, self.value(request))

    def __str__(self) -> str:
        return f"{self.name}={shown(self.wanted)}"


def fits(wanted: Any, value: Any) -> bool:
    """Whether a value is what is wanted.

    Of mappings the members that are named, lists item by item, texts whole with ``*`` for anything. ``/…/`` and compiled
    regular expressions are searched; a function is asked; everything else is equal.
    """
    if isinstance(wanted, re.Pattern):
        return isinstance(value, type(wanted.pattern)) and wanted.search(value) is not None
    if callable(wanted):
        return bool(wanted(value))
    if isinstance(wanted, str) and isinstance(value, str):
        return wanted == value or text_pattern(wanted).search(value) is not None
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        return all(name in value and fits(each, value[name]) for name, each in wanted.items())
    if _is_list(wanted) and _is_list(value):
        return len(wanted) == len(value) and all(map(fits, wanted, value))
    return bool(wanted == value)


def fits_name(wanted: Any, value: Any) -> bool:
    """The same for names whose case does not matter."""
    return fits(wanted.lower() if isinstance(wanted, str) else wanted, value.lower())


def fits_fields(wanted: Any, value: Any) -> bool:
    """The same for fields, which are texts all: a number is meant as it is written."""
    if isinstance(wanted, Mapping):
        wanted = {
            name: each if type(each) not in (int, float) else str(each) for name, each in wanted.items()
        }
    return fits(wanted, value)


def fits_octets(wanted: Any, data: bytes) -> bool:
    """Whether a body is what is wanted: equal octets, or a text in UTF-8 that fits as others do."""
    if isinstance(wanted, str) or (isinstance(wanted, re.Pattern) and isinstance(wanted.pattern, str)):
        return fits(wanted, data.decode("utf-8", "replace"))
    return fits(wanted, data)


def fits_path(wanted: Any, path: str) -> bool:
    """Whether a path fits a template."""
    return parameters(wanted, path) is not None


def parameters(wanted: Any, path: str) -> dict[str, str] | None:
    """What the names of a path template stand for, None if the path does not fit.

    ``{name}`` is one segment, ``*`` anything; ``/^…/`` and compiled regular expressions are searched.
    """
    if isinstance(wanted, str):
        found = path_pattern(wanted).search(path)
    elif isinstance(wanted, re.Pattern):
        found = wanted.search(path)
    else:
        return {} if fits(wanted, path) else None
    return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


@lru_cache(maxsize=1024)
def text_pattern(text: str) -> re.Pattern[str]:
    """The regular expression of a text with ``*``, or of one between slashes; use its ``search``. Raises re.error."""
    if is_pattern(text):
        return re.compile(text[1:-1], re.DOTALL)
    return re.compile(r"\A" + ".*".join(map(re.escape, text.split("*"))) + r"\Z", re.DOTALL)


@lru_cache(maxsize=1024)
def path_pattern(path: str) -> re.Pattern[str]:
    """The regular expression of a path; use its ``search``. Raises re.error."""
    if is_pattern(path, begin="/^"):  # without the ^ it would be a path as others
        return re.compile(path[1:-1], re.DOTALL)
    pattern, end = "", 0
    for found in _NAME.finditer(path):
        pattern += _any(path[end : found.start()]) + f"(?P<{found[1]}>[^/]+)"
        end = found.end()
    return re.compile(rf"\A{pattern}{_any(path[end:])}\Z", re.DOTALL)


def is_pattern(text: str, begin: str = "/") -> bool:
    """Whether a text is a regular expression between slashes."""
    return len(text) > 2 and text.startswith(begin) and text.endswith("/")


def is_literal(wanted: object) -> bool:
    """Whether this is octets, or a text that has no pattern in it."""
    if isinstance(wanted, str):
        return "*" not in wanted and not is_pattern(wanted)
    return isinstance(wanted, bytes)


def shown(value: object, longest: int = 60) -> str:
    """A value in one short line."""
    if isinstance(value, re.Pattern):
        text = f"/{value.pattern!r}/"
    elif callable(value):
        text = getattr(value, "__name__", "a function")
        text = "a function" if text == "<lambda>" else text
    else:
        text = repr(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _any(text: str) -> str:
    return ".*".join(map(re.escape, text.split("*")))


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
