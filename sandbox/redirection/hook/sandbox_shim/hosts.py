"""Host names and their addresses, by the same rules in every process of every run."""

from __future__ import annotations

import os
from _thread import get_ident
from binascii import crc32
from socket import AF_INET, AF_INET6, gethostname, inet_aton, inet_ntoa, inet_ntop, inet_pton

LOCALHOST = "localhost"
BROADCAST = "255.255.255.255"
LOOPBACK = ("127.0.0.1", "::1")

IPV4_START = 0xC6120000  # 198.18.0.0/15, the network for benchmarks (RFC 2544)
IPV6_START = 0xFD5A5A5A << 96  # fd5a:5a5a::/32, a unique local network (RFC 4193)
MOST_KNOWN = 10000
USABLE = (1 << 17) - 2
MAPPED = b"\0" * 10 + b"\xff\xff"  # IPv4 addresses in IPv6 (RFC 4291 section 2.5.5.2)


def packed(host: str) -> bytes | None:
    """The 4 or 16 octets of an address as connect(2) understands it, in short forms too; None for a name."""
    host = host.partition("%")[0]
    try:
        if ":" not in host:
            short = host[:1].isdigit() and " " not in host
            return inet_aton(host) if short else None
        address = inet_pton(AF_INET6, host)
    except (OSError, ValueError):
        return None
    return address[12:] if address.startswith(MAPPED) else address


def normal_host(host: str) -> str:
    """One spelling for each host: lower case, no dot at the end, IDNA; ``localhost`` for all of this host."""
    host = host.strip().rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    address = packed(host)
    if address is None:
        return LOCALHOST if host in ("", LOCALHOST) or host.endswith(".localhost") else host
    if (len(address) == 4 and address[0] == 127) or not any(address) or address == b"\0" * 15 + b"\1":
        return LOCALHOST
    return inet_ntoa(address) if len(address) == 4 else inet_ntop(AF_INET6, address)


def fits(pattern: str, host: str) -> bool:
    """Whether a host, in its normal form, is the one or one of those that a table's row names."""
    return pattern in (host, "*") or (pattern.startswith("*.") and host.endswith(pattern[1:]))


class Names:
    """Which names exist, their addresses, and the names of addresses.

    A made-up address follows from the name alone; of two names that would share one, the second gets the next. Which
    is which is kept in ``directory``, a file for each address, so that all processes agree.
    """

    def __init__(self, hosts: dict[str, list[str] | None], directory: str) -> None:
        self.hosts = hosts
        self.directory = directory
        own = normal_host(gethostname())
        self._own = LOCALHOST if own in hosts else own
        self._normal: dict[str, str] = {}
        self._made_up: dict[str, tuple[str, ...]] = {}
        self._names = dict.fromkeys(LOOPBACK, LOCALHOST)
        for name, addresses in hosts.items():
            for address in () if name.startswith("*") else addresses or ():
                self._names.setdefault(address, name)

    def normal(self, host: str) -> str:
        """The normal form of a host; this machine's own name is ``localhost`` too, unless it is configured."""
        known = self._normal.get(host)
        if known is None:
            known = BROADCAST if host == "<broadcast>" else normal_host(host)
            known = LOCALHOST if known == self._own else known
            if len(self._normal) < MOST_KNOWN:
                self._normal[host] = known
        return known

    def addresses(self, name: str) -> tuple[str, ...] | None:
        """The addresses of a name in its normal form, an address being its own; None if there is no such name."""
        if name == LOCALHOST:
            return LOOPBACK
        if packed(name) is not None:
            return (name,)
        configured = self._configured(name)
        if configured is None:
            return None
        for address in configured:
            self._names.setdefault(address, name)
        if configured:
            return tuple(configured)
        if name not in self._made_up:
            self._made_up[name] = self._make_up(name)
        return self._made_up[name]

    def name_of(self, address: str) -> str | None:
        """The name that an address in its normal form was given to, by whatever process, or None."""
        if address in self._names or address == LOCALHOST:
            return self._names.get(address, LOCALHOST)
        number = _number_of(address)
        name = None if number is None else self._read(number)
        if name is not None:
            self._names[address] = name
        return name

    def remember(self, address: str, name: str) -> None:
        """Note where a name really is."""
        self._names[address] = name

    def _configured(self, name: str) -> list[str] | None:
        labels = name.split(".")
        patterns = ["*." + ".".join(labels[start:]) for start in range(1, len(labels))]
        for pattern in [name, *patterns]:
            if pattern in self.hosts:
                return self.hosts[pattern]
        return []

    def _make_up(self, name: str) -> tuple[str, ...]:
        number = crc32(name.encode("utf-8", "surrogateescape"))
        for step in range(USABLE):
            low = 1 + (number + step) % USABLE
            found = (
                inet_ntoa((IPV4_START + low).to_bytes(4, "big")),
                inet_ntop(AF_INET6, (IPV6_START + low).to_bytes(16, "big")),
            )
            if all(self._names.get(address, name) == name for address in found) and self._claim(low, name):
                self._names.update(dict.fromkeys(found, name))
                return found
        return ()

    def _claim(self, number: int, name: str) -> bool:
        """Whether the address is this name's, be it from now on."""
        owner = self._read(number)
        if owner is None:
            path = os.path.join(self.directory, str(number))
            draft = os.path.join(self.directory, f".{os.getpid()}.{get_ident()}")
            try:
                with open(draft, "w", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(name)
                try:
                    os.link(draft, path)  # unlike a rename it fails if another process was first
                finally:
                    os.unlink(draft)
            except FileExistsError:
                owner = self._read(number)
            except OSError:
                pass  # nobody to share with
        return owner in (None, name)

    def _read(self, number: int) -> str | None:
        try:
            path = os.path.join(self.directory, str(number))
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except OSError:
            return None


def _number_of(address: str) -> int | None:
    octets = packed(address) or b""
    number = int.from_bytes(octets, "big") - (IPV4_START if len(octets) == 4 else IPV6_START)
    return number if 0 < number <= USABLE else None


def family_of(address: str) -> int:
    """AF_INET or AF_INET6."""
    return AF_INET6 if ":" in address else AF_INET
