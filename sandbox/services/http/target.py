"""What a request is about: the host and path of its target, whichever of the four forms it has (RFC 9112 §3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["origin", "absolute", "authority", "asterisk"]

# RFC 3986 §3.2.2: a name or IPv4 address, or an IPv6 address in brackets; then perhaps a port. No user information.
_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::(?P<port>[0-9]{0,5}))?"
)
_ABSOLUTE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)


class BadTargetError(ValueError):
    """The target or the Host field cannot be understood: 400 (RFC 9112 §3.2)."""


@dataclass(frozen=True, slots=True)
class Target:
    """``host`` is in lower case, without port, brackets and a final dot; empty if the client named none.

    ``path`` and ``query`` are as the client wrote them, but the path is never empty; ``scheme``, ``userinfo`` and
    ``port`` are those of an absolute target, else empty; CONNECT's always has a port.
    """

    form: Form
    host: str
    path: str
    query: str = ""
    scheme: str = ""
    userinfo: str = ""
    port: int | None = None


@lru_cache(maxsize=1024)  # asked several times for each request
def parse_target(method: str, target: str, host_field: str | None) -> Target:
    """The target of a request line and its Host field. Raises BadTargetError.

    An absolute target's host wins over the Host field, which is not even looked at (RFC 9112 §3.2.2): urllib repeats
    a URL's name and password there.
    """
    if method == "CONNECT":
        host, port = _split_authority(target)
        if not host or not port:
            raise BadTargetError(f"CONNECT wants host:port, not {target!r}")
        return Target("authority", host, "", port=port)
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        named = host_of(host_field) if host_field is not None else ""
        if target == "*":
            return Target("asterisk", named, "*")
        path, query = _split(target)
        return Target("origin", named, path, query)
    userinfo, _, authority = absolute["authority"].rpartition("@")
    host, port = _split_authority(authority)
    path, query = _split(absolute["rest"])
    return Target("absolute", host, path, query, absolute["scheme"].lower(), userinfo, port)


def host_of(authority: str) -> str:
    """The host of ``host:port``, as host names are compared. Raises BadTargetError."""
    return _split_authority(authority)[0]


def without_userinfo(target: str) -> str:
    """The target as it may be told: a name and password before the host are nobody's business."""
    found = _ABSOLUTE.fullmatch(target)
    if found is None or "@" not in found["authority"]:
        return target
    return f"{found['scheme']}://{found['authority'].rpartition('@')[2]}{found['rest']}"


def _split_authority(authority: str) -> tuple[str, int | None]:
    found = _AUTHORITY.fullmatch(authority.strip())
    if found is None or int(found["port"] or 0) > 65535:
        raise BadTargetError(f"{authority!r} is no host and port")
    port = int(found["port"]) if found["port"] else None
    return found["host"].strip("[]").rstrip(".").lower(), port


def _split(target: str) -> tuple[str, str]:
    path, _, query = target.partition("#")[0].partition("?")
    return path or "/", query
