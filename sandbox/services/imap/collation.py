"""Texts as they are compared: without regard to case, and to how letters with marks are composed."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """For SEARCH: a letter with a mark is that letter and then the mark, so ``cafe`` is found in ``café`` either way."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFD", text.casefold())


def casemapped(text: str) -> str:
    """For SORT: in the order of i;unicode-casemap (RFC 5051 §2), which RFC 5256 asks for; ``ä`` stands beside ``a``."""
    if text.isascii():
        return text.upper()
    return unicodedata.normalize("NFKD", "".join(map(_titled, text)))


def _titled(letter: str) -> str:
    titled = letter.title()
    return titled if len(titled) == 1 else letter  # only the simple mappings count, so ß stays what it is
