"""Patterns of rules: plain text with * and ?, or a regular expression between slashes."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import Annotated, TypeAlias

from pydantic import AfterValidator


def _readable(pattern: str) -> str:
    try:
        compiled(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return pattern


#: ``*@slow.example`` is compared with the whole text, ``/regular expression/`` is searched in it; case does not matter.
Pattern: TypeAlias = Annotated[str, AfterValidator(_readable)]


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern; use its ``search``. Raises re.error."""
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return re.compile(pattern[1:-1], re.IGNORECASE | re.DOTALL)
    return re.compile(r"\A" + translate(pattern), re.IGNORECASE)


def fits(pattern: str | None, text: str) -> bool:
    """Whether a text fits; every text fits no pattern at all."""
    return pattern is None or compiled(pattern).search(text) is not None
