"""Who may be meant by a request: only us, by a name that leads here for sure.

A page of some other site can make a browser look up the site's own name as 127.0.0.1 (DNS rebinding) and then reads what
we answer as its own. It cannot make the browser send another Host than that name, so names nobody configured are refused;
an address is no name that could be looked up.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit


class Hosts:
    """The names that are ours: localhost and all below it (RFC 6761 §6.3), addresses, configured names."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = {name.lower().rstrip(".") for name in names}

    def knows(self, authority: str) -> bool:
        """Whether ``host`` or ``host:port``, as the Host field has it (RFC 9110 §7.2), names us."""
        host = _host(authority)
        return self._is_named(host) or _address(host) is not None

    def is_origin(self, origin: str, authority: str) -> bool:
        """Whether a page of that origin (RFC 6454 §7) is one of ours, seen from who asks us as ``authority``."""
        scheme, separator, where = origin.partition("://")
        if not separator or scheme not in ("http", "https"):
            return False
        host = _host(where)
        address = _address(host)
        if address is None:
            return self._is_named(host)
        return address.is_loopback or host == _host(
            authority
        )  # any page of the world may come from an address

    def _is_named(self, host: str) -> bool:
        return host == "localhost" or host.endswith(".localhost") or host in self._names


def _host(authority: str) -> str:
    """The host of ``host:port``, or nothing if it is something else."""
    if "@" in authority or "/" in authority:
        return ""
    try:
        return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
