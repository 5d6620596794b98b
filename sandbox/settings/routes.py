"""Routes: which listener answers at an address that clients name; written ``host:port`` and ``service.listener``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.settings.mistakes import guess
from sandbox.settings.models import ServiceSettings, Transport

LOCALHOST = "localhost"
ANY = "*"

_KEY = re.compile(r"(?P<host>\[[^\]]+\]|[^:/\s]+):(?P<port>[0-9]{1,5})(?:/(?P<transport>tcp|udp))?")
_HOST = re.compile(r"[^\[\]:/@\s]+")


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One listener of one service."""

    service: str
    listener: str

    def __str__(self) -> str:
        return f"{self.service}.{self.listener}"


@dataclass(frozen=True, slots=True)
class Route:
    """What is sent to ``host`` and ``port`` is for ``target``.

    ``host`` is a name or address in its normal form, ``*.example.org`` for all names below one, or ``*`` for all.
    """

    transport: Transport
    host: str
    port: int
    target: Target

    def matches(self, host: str) -> bool:
        """Whether the route is for this host, given in its normal form."""
        return self.host in (host, ANY) or (self.host.startswith("*.") and host.endswith(self.host[1:]))


@dataclass(frozen=True, slots=True)
class RouteKey:
    """``host:port``, ``[address]:port``, each with ``/tcp`` or ``/udp`` behind it or without."""

    host: str
    port: int
    transport: str | None

    @classmethod
    def parse(cls, text: str) -> RouteKey:
        """Raises ValueError with a sentence for the user."""
        found = _KEY.fullmatch(text.strip())
        if found is None or not 0 < int(found["port"]) < 65536:
            raise ValueError("must have the form host:port, [address]:port or host:port/udp")
        return cls(normal_host(found["host"].strip("[]")), int(found["port"]), found["transport"])


class UnknownTargetError(ValueError):
    """No listener has the name a route gives. The message is a sentence for the user."""


def normal_host(host: str) -> str:
    """One spelling for each host: lower case, no dot at the end, IDNA; ``localhost`` for every loopback address.

    The empty name, 0.0.0.0 and :: mean this host, as they do for connect(2).
    """
    host = host.strip().rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return LOCALHOST if host in ("", LOCALHOST) or host.endswith(".localhost") else host
    mapped = getattr(address, "ipv4_mapped", None) or address
    return LOCALHOST if mapped.is_loopback or mapped.is_unspecified else str(mapped)


def is_host(text: str) -> bool:
    """Whether a text can be a host: a name, a pattern as ``*.example.org``, or an address; no URL, and no host with a port."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return _HOST.fullmatch(text) is not None
    return True


def targets(
    name: str, key: RouteKey, services: Mapping[str, ServiceSettings]
) -> Iterator[tuple[Transport, Target]]:
    """What a route's name stands for: ``service``, ``service.listener`` or a listener of TCP and UDP.

    Raises UnknownTargetError.
    """
    named = list(_named(name, key.port, services))
    if not named:
        known = [*services, *(str(target) for _, target in _all(services))]
        raise UnknownTargetError(f"there is no service, listener or behaviour {name!r}{guess(name, known)}")
    found = [(transport, target) for transport, target in named if key.transport in (None, transport)]
    if not found:
        raise UnknownTargetError(f"{name} has no listener for {str(key.transport).upper()}")
    yield from found


def _named(
    name: str, port: int, services: Mapping[str, ServiceSettings]
) -> Iterable[tuple[Transport, Target]]:
    service, dot, _ = name.partition(".")
    if dot:
        return [(transport, target) for transport, target in _all(services) if str(target) == name]
    if service in services:
        return _of_service(service, port, services[service])
    return [
        (transport, target)
        for transport, target in _all(services)
        if target.service in ("tcp", "udp") and target.listener == name
    ]


def _of_service(name: str, port: int, settings: ServiceSettings) -> Iterable[tuple[Transport, Target]]:
    expected = settings.expected_listeners()
    bindings = settings.bindings()
    for transport in sorted({binding.transport for binding in bindings} - {"unix"}):
        usual = next(binding.name for binding in bindings if binding.transport == transport)
        yield transport, Target(name, expected.get((transport, port), usual))


def _all(services: Mapping[str, ServiceSettings]) -> Iterator[tuple[Transport, Target]]:
    for name, settings in services.items():
        for binding in settings.bindings():
            yield binding.transport, Target(name, binding.name)


def routes_of(configured: Mapping[str, str], services: Mapping[str, ServiceSettings]) -> tuple[Route, ...]:
    """All routes, the most particular first: those configured, the listeners' own ports, the well-known ports.

    Routes to what does not exist are left out; the loader has told of them.
    """
    rows: list[tuple[int, Route]] = []
    for text, name in configured.items():
        key = RouteKey.parse(text)
        try:
            found = list(targets(name, key, services))
        except UnknownTargetError:
            continue
        rows += [
            (_rank(key.host), Route(transport, key.host, key.port, target)) for transport, target in found
        ]
    for name, settings in services.items():
        for binding in settings.bindings():
            if binding.port and binding.path is None:
                route = Route(binding.transport, LOCALHOST, binding.port, Target(name, binding.name))
                rows.append((_OWN, route))
        for (transport, port), listener in settings.expected_listeners().items():
            rows.append((_WELL_KNOWN, Route(transport, ANY, port, Target(name, listener))))
    return tuple(route for _, route in sorted(rows, key=lambda row: row[0]))


_OWN = 1
_WELL_KNOWN = 1000


def _rank(host: str) -> int:
    """Exact hosts, then our own ports, then patterns, the longest first, then what is well known."""
    if not host.startswith(ANY):
        return 0
    return _WELL_KNOWN - len(host)
