"""Which of Python's codecs are charsets that a mail can be in."""

from __future__ import annotations

import codecs

# Slow, or they raise or warn about what they read, whatever they are told to do with errors.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})


def codec_of(charset: str) -> str | None:
    """Python's name for a charset, or None if it is none. Decoding with "replace" never raises then."""
    try:
        name = codecs.lookup(charset).name
        b"a".decode(name, "replace")  # base64 and its like are codecs too, but no charsets
    except (LookupError, ValueError, TypeError):
        return None
    return None if name in _NO_CHARSETS else name
