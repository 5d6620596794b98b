"""The arguments of MAIL and RCPT: a path and its parameters (RFC 5321 §4.1.2), read leniently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

# U+FFFD stands where the octets of a command were no UTF-8: no address can contain it (RFC 6531 §3.3).
_FORBIDDEN = r"\x00-\x1f\x7f\ufffd"
_QUOTED = rf'"(?:[^"\\{_FORBIDDEN}]|\\[ -~])*"'
_PLAIN = rf'[^\s"<>@{_FORBIDDEN}]'
_ADDRESS = re.compile(rf"(?:{_QUOTED}|{_PLAIN})+(?:@{_PLAIN}+)?")
_BRACKETED = re.compile(rf'<((?:{_QUOTED}|[^"<>])*)>(.*)', re.DOTALL)
# RFC 5321 §4.5.3.1.3 promises 256 octets. Replies repeat the address, and smtplib reads no line of 8192.
_LONGEST = 1000
_SOURCE_ROUTE = re.compile(r"@[^:]*:")


class PathError(ValueError):
    """The argument holds no path."""


class Path(NamedTuple):
    """A mail address, empty for ``<>``, and the parameters after it by upper-case name; "" where one has no value."""

    address: str
    parameters: Mapping[str, str]


def parse_path(text: str) -> Path:
    """Read what stands after ``FROM:`` or ``TO:``.

    Learners type by hand, so the angle brackets may be missing. A source route is dropped, as RFC 5321 appendix C
    asks. Raises PathError.
    """
    found = _BRACKETED.fullmatch(text)
    if found is not None:
        address, rest = found[1].strip(), found[2]
    else:
        address, _, rest = text.partition(" ")
    address = _SOURCE_ROUTE.sub("", address, count=1) if address.startswith("@") else address
    if address or found is None:
        _check(address)
    return Path(address, dict(_parameter(word) for word in rest.split()))


def _check(address: str) -> None:
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise PathError(address)


def _parameter(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.upper(), value
