"""What there is to know of each name: what is configured, and what is made up for every other."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.addressing import Names
from sandbox.addressing.names import LOOPBACK, MOST_ALIASES
from sandbox.services.dns.reverse import is_reverse, read_reverse
from sandbox.settings import HostSettings, normal_host
from sandbox.settings.records import PREFERENCE, ROOT, SoaSettings, is_address
from sandbox.settings.routes import LOCALHOST

#: Second labels below which countries give names away, as in example.co.uk.
PUBLIC = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
#: The answer to who asks for everything (RFC 8482 section 4.2).
MINIMAL = ('"RFC8482" ""',)
#: Loopback addresses and nothing else (RFC 6761 section 6.3).
LOCAL = HostSettings(addresses=LOOPBACK, mx=(), srv=())

#: Tells the port of a service (``imap``) by a transport (``tcp``) at a host; None if it has none.
PortOf = Callable[[str, str, str], int | None]


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one name and type, their data as in a zone file: names in the data have a dot at the end."""

    name: str
    type: str
    ttl: int
    data: tuple[str, ...]

    @property
    def targets(self) -> Sequence[str]:
        """The hosts whose addresses are asked for next (RFC 1035 sections 3.3.9 and 3.3.11, RFC 2782)."""
        if self.type not in ("MX", "NS", "SRV"):
            return ()
        return [target for text in self.data if (target := text.rpartition(" ")[2]) != ROOT]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: aliases, then the records of the last ``name`` if it has some of the type asked for."""

    name: str
    records: tuple[Records, ...] = ()
    exists: bool = True
    circular: bool = False

    @property
    def complete(self) -> bool:
        """Whether the records end with some of the last name."""
        return bool(self.records) and self.records[-1].name == self.name


class Zone:
    """All zones at once, served by ``hostname``. Names are text, escaped as in a zone file (RFC 1035 §5.1)."""

    def __init__(self, names: Names, hostname: str, ttl: int, port_of: PortOf) -> None:
        self._names = names
        self._hostname = f"{hostname.rstrip('.')}."
        self._ttl = ttl
        self._port_of = port_of

    def find(self, name: str, kind: str) -> Finding:
        """The records of a name that have the type ``kind``, aliases followed (RFC 1034 §3.6.2)."""
        aliases: tuple[Records, ...] = ()
        for _ in range(MOST_ALIASES + 1):
            if not self._exists(name):
                return Finding(name, aliases, exists=False)
            host = self._settings(name)
            if host.cname is None or kind in ("CNAME", "ANY"):
                return Finding(name, aliases + self._records(name, host, kind))
            aliases += (Records(name, "CNAME", self._ttl_of(host), (host.cname,)),)
            name = host.cname.removesuffix(".")
        return Finding(name, circular=True)

    def authority(self, name: str) -> Records:
        """The start of the zone a name is in, for answers that say there is nothing (RFC 2308 §3)."""
        apex = self._apex(name)
        host = self._settings(apex)
        soa = host.soa or SoaSettings()
        mname = soa.mname or self._name_servers(apex, host)[0]
        rname = soa.rname or ("hostmaster." if apex == ROOT else f"hostmaster.{apex}.")
        data = f"{mname} {rname} {soa.serial} {soa.refresh} {soa.retry} {soa.expire} {soa.minimum}"
        return Records(apex, "SOA", min(self._ttl_of(host), soa.minimum), (data,))

    def _exists(self, name: str) -> bool:
        if is_reverse(name):
            address = read_reverse(name)
            return address == "" or (address is not None and self._names.name_of(address) is not None)
        return not is_address(name) and all(self._settings(host).exists for host in (name, _host(name)))

    def _settings(self, name: str) -> HostSettings:
        if name in ("", ROOT):
            return HostSettings()
        if normal_host(name) == LOCALHOST:
            return LOCAL
        return self._names.settings(name) or HostSettings()

    def _records(self, name: str, host: HostSettings, kind: str) -> tuple[Records, ...]:
        data = self._data(name, host, kind)
        return (Records(name, "HINFO" if kind == "ANY" else kind, self._ttl_of(host), data),) if data else ()

    def _ttl_of(self, host: HostSettings) -> int:
        return self._ttl if host.ttl is None else host.ttl

    def _data(self, name: str, host: HostSettings, kind: str) -> tuple[str, ...]:
        match kind:
            case "A" | "AAAA":
                version = 4 if kind == "A" else 6
                addresses = self._names.addresses(name) if host.addresses or _is_host(name) else None
                return tuple(
                    text for text in addresses or () if ipaddress.ip_address(text).version == version
                )
            case "PTR":
                address = read_reverse(name) if is_reverse(name) else None
                found = self._names.name_of(address) if address else None
                return () if found is None else (f"{found}.",)
            case "MX":
                itself = (f"{PREFERENCE} {name}.",) if _is_host(name) else ()
                return itself if host.mx is None else host.mx
            case "SRV":
                return self._locations(name) if host.srv is None else host.srv
            case "TXT":
                return tuple(map(_character_strings, host.txt))
            case "CNAME":
                return () if host.cname is None else (host.cname,)
            case "ANY":
                return MINIMAL
        return self._of_apex(name, host, kind)

    def _of_apex(self, name: str, host: HostSettings, kind: str) -> tuple[str, ...]:
        if name.lower() != self._apex(name):
            return ()
        match kind:
            case "NS":
                return self._name_servers(name, host)
            case "SOA":
                return self.authority(name).data
        return ()

    def _name_servers(self, name: str, host: HostSettings) -> tuple[str, ...]:
        return host.ns or (self._hostname,)

    def _apex(self, name: str) -> str:
        """The zone of a name: the nearest above it that is configured as one, else what registries give away."""
        if name == ROOT or is_address(name):
            return ROOT
        labels = name.lower().split(".")
        for start in range(len(labels)):
            above = ".".join(labels[start:])
            host = self._names.hosts.get(above)
            if host is not None and (host.soa is not None or host.ns):
                return above
        national = len(labels[-1]) == 2 and labels[-2:-1] and labels[-2] in PUBLIC
        return ".".join(labels[-3:] if national else labels[-2:])

    def _locations(self, name: str) -> tuple[str, ...]:
        """Where a service of a host is, as ``_imap._tcp.example.org`` (RFC 6186)."""
        service, _, rest = name.partition(".")
        transport, _, host = rest.partition(".")
        if not (service.startswith("_") and transport.startswith("_") and _is_host(host)):
            return ()
        port = self._port_of(service[1:].lower(), transport[1:].lower(), host)
        return () if port is None else (f"0 0 {port} {host}.",)


def _host(name: str) -> str:
    """The host in a name such as ``_imap._tcp.example.org`` (RFC 8552): what stands behind labels with underscores."""
    labels = name.split(".")
    last = max((place for place, label in enumerate(labels) if label.startswith("_")), default=-1)
    return ".".join(labels[last + 1 :])


def _is_host(name: str) -> bool:
    return name not in ("", ROOT) and _host(name) == name and not is_reverse(name)


def _character_strings(text: str) -> str:
    """A text as strings of at most 255 octets each (RFC 1035 §3.3.14)."""
    octets = text.encode("utf-8", "replace")
    strings = [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]
    return " ".join(f'"{_escaped(octets)}"' for octets in strings)


def _escaped(octets: bytes) -> str:
    return "".join(
        chr(octet) if 0x20 <= octet < 0x7F and octet not in b'"\\' else f"\\{octet:03d}" for octet in octets
    )
