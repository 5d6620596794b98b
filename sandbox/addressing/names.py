"""The name table: every name has a stable address, every address that was told leads back to its name."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from zlib import crc32

from sandbox.settings.hosts import HostSettings
from sandbox.settings.records import is_address
from sandbox.settings.routes import LOCALHOST, normal_host

#: Made-up IPv4 addresses: the network for benchmarks (RFC 2544 §C.2.2), which nobody routes.
IPV4_NETWORK = ipaddress.IPv4Network("198.18.0.0/15")
#: Made-up IPv6 addresses: a unique local network (RFC 4193).
IPV6_NETWORK = ipaddress.IPv6Network("fd5a:5a5a::/32")

#: Names that never exist (RFC 6761 §6.4), unless they are configured.
ABSENT = "*.invalid"
#: Aliases of aliases that are followed.
MOST_ALIASES = 8
LOOPBACK = ("127.0.0.1", "::1")


class Names:
    """Looks names and addresses up, as configured or made up.

    A made-up address follows from the name alone, so it is the same in every run; of two names that would share one,
    the second gets the next. ``hosts`` is what is configured, by normal name or pattern; ``hostname`` is what this
    machine is called beside localhost.
    """

    def __init__(self, hosts: Mapping[str, HostSettings], hostname: str = LOCALHOST) -> None:
        self.hosts = {normal_host(name): host for name, host in hosts.items()}
        if normal_host(hostname) != LOCALHOST:
            self.hosts.setdefault(normal_host(hostname), HostSettings(addresses=LOOPBACK))
        self.hosts.setdefault(ABSENT, HostSettings(exists=False))
        self._made_up: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str] = dict.fromkeys(LOOPBACK, LOCALHOST)
        for name, host in self.hosts.items():
            for address in () if name.startswith("*") else host.addresses:
                self._names.setdefault(address, name)

    def settings(self, name: str) -> HostSettings | None:
        """What the configuration says of the name, by itself or by the longest pattern that fits."""
        name = normal_host(name)
        if name in self.hosts:
            return self.hosts[name]
        labels = name.split(".")
        patterns = ("*." + ".".join(labels[start:]) for start in range(1, len(labels)))
        return next((self.hosts[pattern] for pattern in patterns if pattern in self.hosts), None)

    def addresses(self, name: str) -> tuple[str, ...] | None:
        """The IPv4 and IPv6 addresses of a name, an address being its own; None if there is no such name.

        An alias has the addresses of what it stands for.
        """
        name = self.canonical(name)
        if name == LOCALHOST:
            return LOOPBACK
        if is_address(name):
            return (name,)
        host = self.settings(name)
        if host is not None and (not host.exists or host.cname):  # an alias that leads in a circle
            return None
        if host is not None and host.addresses:
            for address in host.addresses:
                self._names.setdefault(address, name)
            return host.addresses
        return self._made_up.get(name) or self._make_up(name)

    def canonical(self, name: str) -> str:
        """The normal name at the end of all aliases; the name itself if they lead nowhere."""
        name = end = normal_host(name)
        for _ in range(MOST_ALIASES):
            host = None if end == LOCALHOST else self.settings(end)
            if host is None or host.cname is None:
                return end
            end = normal_host(host.cname)
        return name

    def name_of(self, address: str) -> str | None:
        """The name an address was given to, or None."""
        return self._names.get(LOOPBACK[0] if normal_host(address) == LOCALHOST else normal_host(address))

    def _make_up(self, name: str) -> tuple[str, ...]:
        number = crc32(name.encode("utf-8", "surrogateescape"))
        usable = IPV4_NETWORK.num_addresses - 2
        for step in range(usable if len(self._made_up) < usable else 0):
            low = 1 + (number + step) % usable
            found = str(IPV4_NETWORK[low]), str(IPV6_NETWORK[low])
            if not any(address in self._names for address in found):
                self._names |= dict.fromkeys(found, name)
                self._made_up[name] = found
                return found
        return ()
