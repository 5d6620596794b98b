"""The functions of the socket module that look up names and services."""

from __future__ import annotations

import socket

from .addresses import text
from .hosts import LOCALHOST, LOOPBACK, family_of, normal_host, packed
from .services import port_of, service_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim

HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


class Resolver:
    """Answers from the table; what needs no network is left to the system."""

    NAMES = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
    SERVICES = ("getservbyname", "getservbyport")

    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        self.names = shim.routes.names

    def install(self) -> None:
        """Set the functions, also where they have been imported from the socket module."""
        for name in (*self.NAMES, *self.SERVICES):
            self.shim.native[name] = getattr(socket, name)
            self.shim.patches.replace(socket, name, getattr(self, name))

    def address(self, host: str, family: int) -> str:
        """The address that a host, in its normal form, is known by in a family. Raises gaierror if it has none."""
        found = self._addresses(host)
        wanted = [address for address in found if family_of(address) == family]
        if not wanted and family == socket.AF_INET:
            raise no_address()
        return wanted[0] if wanted else "::ffff:" + found[0]

    def getaddrinfo(
        self, host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        """See socket.getaddrinfo; of names without a family only IPv4 addresses are told."""
        asked = text(host)
        if self.shim.idle() or not asked or packed(asked) is not None or flags & socket.AI_NUMERICHOST:
            return self._numeric(host, port, family, type, proto, flags)
        name = self._legal(asked)
        if self.shim.routes.allowed(name, name):
            return self._real(name, self.shim.native["getaddrinfo"](host, port, family, type, proto, flags))
        plain = flags & ~(socket.AI_ADDRCONFIG | socket.AI_CANONNAME)
        addresses = self._addresses(name)
        wanted = [address for address in addresses if family_of(address) == (family or socket.AF_INET)]
        if not (wanted or family == socket.AF_INET or (family and not flags & socket.AI_V4MAPPED)):
            wanted = list(addresses)  # IPv6 alone, or IPv4 written as IPv6
        if not wanted:
            raise no_address()
        found = [
            row for address in wanted for row in self._numeric(address, port, family, type, proto, plain)
        ]
        if flags & socket.AI_CANONNAME:
            found[0] = (*found[0][:3], name, found[0][4])
        self.shim.routes.log("resolved", f"{name} {' '.join(wanted)}")
        return found

    def gethostbyname(self, hostname: Any) -> str:
        """See socket.gethostbyname."""
        asked = text(hostname)
        if self.shim.idle() or not asked or asked.startswith("<") or packed(asked) is not None:
            return self.shim.native["gethostbyname"](hostname)  # type: ignore[no-any-return]
        return self.gethostbyname_ex(hostname)[2][0]

    def gethostbyname_ex(self, hostname: Any) -> tuple[str, list[str], list[str]]:
        """See socket.gethostbyname_ex."""
        asked = text(hostname)
        if self.shim.idle() or not asked or asked.startswith("<") or packed(asked) is not None:
            return self.shim.native["gethostbyname_ex"](hostname)  # type: ignore[no-any-return]
        rows = self.getaddrinfo(hostname, None, socket.AF_INET, socket.SOCK_STREAM)
        return normal_host(asked), [], [row[4][0] for row in rows]

    def gethostbyaddr(self, ip_address: Any) -> tuple[str, list[str], list[str]]:
        """See socket.gethostbyaddr."""
        asked = text(ip_address)
        if self.shim.idle() or asked is None:
            return self.shim.native["gethostbyaddr"](ip_address)  # type: ignore[no-any-return]
        if packed(asked) is None:
            name = normal_host(self._legal(asked, own=False))
            return name, [], [self._addresses(self.names.normal(name))[0]]
        name_or_none = self.names.name_of(self.names.normal(asked))
        self.shim.routes.log("resolved", f"{asked} {name_or_none}")
        if name_or_none is None:
            raise socket.herror(1, "Unknown host")
        return name_or_none, [], [asked]

    def getnameinfo(self, sockaddr: Any, flags: int) -> tuple[str, str]:
        """See socket.getnameinfo."""
        native = self.shim.native["getnameinfo"]
        if self.shim.idle() or flags & socket.NI_NUMERICHOST:
            return native(sockaddr, flags)  # type: ignore[no-any-return]
        host, service = native(sockaddr, (flags | socket.NI_NUMERICHOST) & ~socket.NI_NAMEREQD)
        name = self.names.name_of(self.names.normal(host))
        if name is None and flags & socket.NI_NAMEREQD:
            raise unknown()
        return name or host, service

    def getservbyname(self, servicename: str, *protocolname: str) -> int:
        """See socket.getservbyname."""
        try:
            return self.shim.native["getservbyname"](servicename, *protocolname)  # type: ignore[no-any-return]
        except OSError:
            port = port_of(servicename, *(protocolname or (None,)))
            if port is None:
                raise
            return port

    def getservbyport(self, port: int, *protocolname: str) -> str:
        """See socket.getservbyport."""
        try:
            return self.shim.native["getservbyport"](port, *protocolname)  # type: ignore[no-any-return]
        except OSError:
            name = service_at(port, *(protocolname or (None,)))
            if name is None:
                raise
            return name

    def _numeric(self, host: Any, port: Any, family: int, type: int, proto: int, flags: int) -> Any:
        """What the system says of an address; the port may be the name of a service it does not know."""
        native = self.shim.native["getaddrinfo"]
        try:
            return native(host, port, family, type, proto, flags)
        except socket.gaierror as error:
            number = port_of(text(port) or "", None)
            if error.errno != socket.EAI_SERVICE or number is None:
                raise
            return native(host, number, family, type, proto, flags)

    def _legal(self, asked: str, own: bool = True) -> str:
        """The normal form of a name. Raises UnicodeError where the system would: an empty or overlong label."""
        if not asked.isascii() or any(not 0 < len(label) < 64 for label in asked.rstrip(".").split(".")):
            asked.encode("idna")
        return self.names.normal(asked) if own else asked

    def _addresses(self, name: str) -> tuple[str, ...]:
        if self.shim.routes.allowed(name, name) and packed(name) is None and name != LOCALHOST:
            native = self.shim.native["getaddrinfo"]
            return tuple(row[4][0] for row in self._real(name, native(name, None, type=socket.SOCK_STREAM)))
        addresses = LOOPBACK if name == LOCALHOST else self.names.addresses(name)
        if addresses is None or not (packed(name) or is_host_name(name)):
            self.shim.routes.log("resolved", f"{name} does not exist")
            raise unknown()
        return addresses

    def _real(self, name: str, rows: Any) -> Any:
        for row in rows:
            self.names.remember(normal_host(row[4][0]), name)
        return rows


def is_host_name(name: str) -> bool:
    """Whether the system's resolver would take a name, in its normal form, for a host's (res_hnok(3))."""
    return not name.startswith("-") and HOST_LETTERS.issuperset(name)


def unknown() -> socket.gaierror:
    """What the system says of a name that does not exist."""
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def no_address() -> socket.gaierror:
    """What the system says of a name that has no address of the family asked for."""
    code = getattr(socket, "EAI_NODATA", socket.EAI_NONAME)
    return socket.gaierror(code, "No address associated with hostname")
