"""The table of host names: which exist, what they are called, where they are, and what DNS says of them."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sandbox.settings.mistakes import misplaced
from sandbox.settings.models import Model, Strings
from sandbox.settings.records import (
    DomainName,
    MailExchange,
    ServiceLocation,
    SoaSettings,
    Text,
    TimeToLive,
)


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
    cname: DomainName | None = None
    """The name this one is an alias of; an alias has nothing else."""
    mx: Annotated[tuple[MailExchange, ...], Field(strict=False)] | None = None
    """Mail exchanges, as "10 mail.example.org"; the name itself if not given, none if empty."""
    txt: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Texts, one record each."""
    srv: Annotated[tuple[ServiceLocation, ...], Field(strict=False)] | None = None
    """Where a service is, as "0 5 143 imap.example.org"; for names such as _imap._tcp.example.org."""
    ns: Annotated[tuple[DomainName, ...], Field(strict=False)] | None = None
    """Name servers; names with some are zones. The sandbox itself serves the zones that have none."""
    soa: SoaSettings | None = None
    """The start of authority; names with one are zones."""
    ttl: TimeToLive | None = None
    """Seconds that answers about the name may be kept; those of the DNS service if not given."""

    @model_validator(mode="after")
    def _alone(self) -> HostSettings:
        records = self.model_fields_set - {"exists", "ttl"}
        if not self.exists and records:
            raise misplaced(("exists",), f"a name that does not exist has no {_listed(records)}")
        if self.cname is not None and records != {"cname"}:
            raise misplaced(
                ("cname",), f"an alias has no {_listed(records - {'cname'})} (RFC 1034 section 3.6.2)"
            )
        return self


def _listed(keys: set[str]) -> str:
    return ", ".join(sorted(keys))


#: A host as a table, or in short: an address, a list of addresses, or false for a name that does not exist.
Host: TypeAlias = Annotated[HostSettings, BeforeValidator(_short)]
