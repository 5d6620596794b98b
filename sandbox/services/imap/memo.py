"""What was worked out from a message's octets is kept for the next question about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

ORDINARY = 32_768  # octets; most mails of a course are shorter
ORDINARY_KEPT = 4096
LONG_KEPT = 8


def remembered(make: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Remember what ``make``, a pure function, made of the contents asked for last.

    Many ordinary contents are kept and only a few long ones, so that memory stays bounded whatever is stored.
    """
    of_ordinary = lru_cache(maxsize=ORDINARY_KEPT)(make)
    of_long = lru_cache(maxsize=LONG_KEPT)(make)

    def recall(content: bytes) -> T:
        return of_ordinary(content) if len(content) <= ORDINARY else of_long(content)

    return recall
