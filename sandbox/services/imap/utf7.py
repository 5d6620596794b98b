"""Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3)."""

from __future__ import annotations

import base64
import re

_SHIFTED = re.compile(r"&([^-]*)-|&(?=[^-]*\Z)")
_BEYOND = re.compile(r"[^ -~]+")


def encode(name: str) -> bytes:
    """The name as it is sent: printable ASCII for itself, ``&-`` for ``&``, the rest as UTF-16 in base64."""
    return _BEYOND.sub(_shift, name.replace("&", "&-")).encode("ascii")


def decode(name: bytes) -> str:
    """The name that was meant. Raises ValueError if it is no modified UTF-7.

    Names in plain UTF-8 are understood too: learners type them.
    """
    if not name.isascii():
        return name.decode("utf-8")
    decoded = _SHIFTED.sub(_unshift, name.decode("ascii"))
    # One name has one spelling: else two clients would see two mailboxes where there is one.
    if encode(decoded) != name:
        raise ValueError("not the shortest form")
    return decoded


def _shift(found: re.Match[str]) -> str:
    octets = found[0].encode("utf-16-be", "surrogatepass")
    return f"&{base64.b64encode(octets, b'+,').decode('ascii').rstrip('=')}-"


def _unshift(found: re.Match[str]) -> str:
    text = found[1]
    if text == "":
        return "&"
    if text is None:
        raise ValueError("an ampersand begins what never ends")
    octets = base64.b64decode(text + "=" * (-len(text) % 4), b"+,", validate=True)
    return octets.decode("utf-16-be")
