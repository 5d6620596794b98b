"""Addresses as names: ``1.2.0.192.in-addr.arpa`` (RFC 1035 §3.5) and nibbles below ``ip6.arpa`` (RFC 3596 §2.5)."""

from __future__ import annotations

import ipaddress
import string

IPV4 = ".in-addr.arpa"
IPV6 = ".ip6.arpa"

_BYTES = 4
_NIBBLES = 32


def is_reverse(name: str) -> bool:
    """Whether the name is one of those zones or below one."""
    return f".{name.lower()}".endswith((IPV4, IPV6))


def read_reverse(name: str) -> str | None:
    """The address a reverse name stands for; empty for a name above complete ones, None for all that is neither."""
    name = f".{name.lower()}"
    if name in (IPV4, IPV6):
        return ""
    labels = name.removesuffix(IPV4).removesuffix(IPV6)[1:].split(".")[::-1]
    if name.endswith(IPV4):
        missing = _BYTES - len(labels)
        text = ".".join(labels + ["0"] * missing)
    else:
        missing = _NIBBLES - len(labels)
        if not all(len(label) == 1 and label in string.hexdigits for label in labels):
            return None
        nibbles = "".join(labels) + "0" * missing
        text = ":".join(nibbles[start : start + 4] for start in range(0, len(nibbles), 4))
    try:
        address = str(ipaddress.ip_address(text))
    except ValueError:
        return None
    return "" if missing > 0 else address
