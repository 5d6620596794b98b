"""What clients write into paths and queries to steer an answer: numbers, durations, and what is none."""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(ms|s|m|)")
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0}


class RefusedError(Exception):
    """The request is answered with ``status`` and ``reason``, a sentence for the client."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def whole(text: str, what: str, *, least: int | None = None, most: int | None = None) -> int:
    """A whole number within bounds. Raises RefusedError."""
    if not _NUMBER.fullmatch(text):
        raise RefusedError(f"{what} must be a whole number.")
    value = int(text)
    if (least is not None and value < least) or (most is not None and value > most):
        raise RefusedError(f"{what} must be {_bounds(least, most)}.")
    return value


def real(text: str, what: str, *, least: float, most: float) -> float:
    """A number within bounds. Raises RefusedError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise RefusedError(f"{what} must be a number from {least:g} to {most:g}.")
    return value


def seconds(text: str, what: str, *, most: float = 3600.0) -> float:
    """A duration, as ``2``, ``0.5``, ``100ms`` or ``1m``, in seconds. Raises RefusedError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise RefusedError(f"{what} must be a number of seconds, as 2, 0.5 or 100ms.")
    value = float(found[1]) * _UNITS[found[2]]
    if value > most:
        raise RefusedError(f"{what} must be {most:g} seconds at the most.")
    return value


def field_value(text: str, what: str) -> str:
    """A text that can be the value of a header field (RFC 9110 §5.5). Raises RefusedError."""
    if not text.isprintable():
        raise RefusedError(f"{what} must not contain control characters.")
    return text


def _bounds(least: int | None, most: int | None) -> str:
    if least is None:
        return f"{most} at the most"
    return f"{least} at the least" if most is None else f"from {least} to {most}"
