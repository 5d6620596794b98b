"""The table of host names: which exist, and what they are called and where they are."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from sandbox.settings.models import Model, Strings


def _addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_address(text)) for text in texts)


def _short(value: Any) -> Any:
    """``"192.0.2.1"``, ``["192.0.2.1", "2001:db8::1"]`` and ``false`` instead of a whole table."""
    if isinstance(value, str):
        return {"addresses": [value]}
    if isinstance(value, list):
        return {"addresses": value}
    return {"exists": value} if isinstance(value, bool) else value


class HostSettings(Model):
    """One host name, or all that ``*.example.org`` stands for."""

    exists: bool = True
    """Whether the name exists; one that does not cannot be looked up (NXDOMAIN)."""
    addresses: Annotated[Strings, AfterValidator(_addresses)] = ()
    """Its IPv4 and IPv6 addresses; a stable one of each is made up if none is given."""


#: A host as a table, or in short: an address, a list of addresses, or false for a name that does not exist.
Host: TypeAlias = Annotated[HostSettings, BeforeValidator(_short)]
