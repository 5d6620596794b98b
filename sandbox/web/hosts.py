"""Who may be meant by a request: only us, by a name that leads here for sure.

A page of some other site can make a browser look up the site's own name as 127.0.0.1 (DNS rebinding) and then reads what
we answer as its own. It cannot make the browser send another Host than that name, so names nobody configured are refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit


class Hosts:
    """The names that are ours: localhost and all below it (RFC 6761 §6.3), loopback addresses, configured names."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = {name.lower().rstrip(".") for name in names}

    def knows(self, authority: str) -> bool:
        """Whether ``host`` or ``host:port``, as the Host field has it (RFC 9110 §7.2), names us."""
        try:
            host = urlsplit(f"//{authority}").hostname or ""
        except ValueError:
            return False
        return "@" not in authority and "/" not in authority and self._is_ours(host.rstrip("."))

    def is_origin(self, origin: str) -> bool:
        """Whether a page of that origin (RFC 6454 §7) is one of ours."""
        scheme, separator, authority = origin.partition("://")
        return bool(separator) and scheme in ("http", "https") and self.knows(authority)

    def _is_ours(self, host: str) -> bool:
        if host == "localhost" or host.endswith(".localhost") or host in self._names:
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False
