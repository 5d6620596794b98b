"""The structured fields of MIME: a value and its parameters (RFC 2045 §5.1, RFC 2183 §2), read with tolerance."""

from __future__ import annotations

import re
from typing import TypeAlias

from sandbox.services.imap.continuations import joined

Parameters: TypeAlias = tuple[tuple[bytes, bytes], ...]

LIMIT = 65_536  # octets of one field that are read

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z{}-]++"
_TYPE = re.compile(rb"\s*+(" + _TOKEN + rb")\s*+/\s*+(" + _TOKEN + rb")")
_VALUE = re.compile(rb"\s*+(" + _TOKEN + rb")")
# Attribute, then a quoted string (perhaps unclosed) or anything up to the next semicolon.
_PARAMETER = re.compile(rb';\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?+|([^;]*+))', re.DOTALL)
_COMMENTS_BEFORE = re.compile(rb"(?:\s*+\([^()]*+\))++")
_COMMENT = re.compile(rb"(?:^|\s)\(.*", re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def read_type(value: bytes) -> tuple[bytes, bytes, Parameters] | None:
    """Type, subtype and parameters of a Content-Type as they are spelt, or None if it is none."""
    found = _TYPE.match(value)
    if found is None:
        return None
    return found[1], found[2], _parameters(value, found.end())


def read_value(value: bytes) -> tuple[bytes, Parameters] | None:
    """The leading token and the parameters, as of a Content-Disposition, or None if there is no token."""
    found = _VALUE.match(value)
    if found is None:
        return None
    return found[1], _parameters(value, found.end())


def parameter(parameters: Parameters, name: bytes) -> bytes | None:
    """The value of the first parameter of that name (in lower case), or None."""
    return next((value for attribute, value in parameters if attribute.lower() == name), None)


def unescaped(text: bytes) -> bytes:
    """The text of a quoted string without its backslashes (RFC 5322 §3.2.4)."""
    return _ESCAPE.sub(rb"\1", text) if b"\\" in text else text


def _parameters(value: bytes, start: int) -> Parameters:
    found = _PARAMETER.finditer(value, start, LIMIT)
    return tuple(joined((one[1], _bare(one[3]) if one[2] is None else unescaped(one[2])) for one in found))


def _bare(value: bytes) -> bytes:
    """An unquoted value without the comments around it."""
    comments = _COMMENTS_BEFORE.match(value)
    return _COMMENT.sub(b"", value[comments.end() if comments else 0 :]).strip()
