"""The functions of the socket module that look up names and services."""

from __future__ import annotations

import socket

from .hosts import LOCALHOST, LOOPBACK, family_of, normal_host, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim


class Resolver:
    """Answers from the table; what needs no network is left to the system."""

    NAMES = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")

    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        self.names = shim.routes.names
        self.native: dict[str, Any] = {}

    def install(self) -> None:
        """Set the functions, also where they were imported from the socket module."""
        for name in self.NAMES:
            self.native[name] = getattr(socket, name)
            ours = getattr(self, name)
            self.shim.patches.set(socket, name, ours)

    def known(self, host: str, family: int) -> str:
        """The address that a host, in its normal form, is known by in a family. Raises gaierror if it has none."""
        addresses = self.names.addresses(host)
        if addresses is None:
            raise unknown()
        wanted = [address for address in addresses if family_of(address) == family]
        if not wanted and not (family == socket.AF_INET6 and addresses):
            raise no_address()
        return wanted[0] if wanted else "::ffff:" + addresses[0]

    def getaddrinfo(
        self, host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        """See socket.getaddrinfo; of names without a family only IPv4 addresses are told."""
        native = self.native["getaddrinfo"]
        name = text(host)
        if self.shim.idle() or not name or packed(name) is not None or flags & socket.AI_NUMERICHOST:
            return native(host, port, family, type, proto, flags)
        name = normal_host(name)
        if name == LOCALHOST:
            return native(LOOPBACK[family == socket.AF_INET6], port, family, type, proto, flags)
        if self.shim.routes.allowed(name, name):
            found = native(host, port, family, type, proto, flags)
            for row in found:
                self.names.remember(normal_host(row[4][0]), name)
            return found
        addresses = self.names.addresses(name)
        if addresses is None:
            raise unknown()
        wanted = [
            address for address in addresses if family_of(address) == (family or socket.AF_INET)
        ] or addresses
        plain = flags & ~(socket.AI_ADDRCONFIG | socket.AI_CANONNAME)
        found = [row for address in wanted for row in native(address, port, family, type, proto, plain)]
        if flags & socket.AI_CANONNAME:
            found[0] = (*found[0][:3], name, *found[0][4:])
        return found

    def gethostbyname(self, hostname: Any) -> str:
        """See socket.gethostbyname."""
        return self.gethostbyname_ex(hostname)[2][0]

    def gethostbyname_ex(self, hostname: Any) -> tuple[str, list[str], list[str]]:
        """See socket.gethostbyname_ex."""
        name = text(hostname)
        if self.shim.idle() or not name or packed(name) is not None or name.startswith("<"):
            return self.native["gethostbyname_ex"](hostname)  # type: ignore[no-any-return]
        name = normal_host(name)
        self.known(name, socket.AF_INET)
        return name, [], [found for found in self.names.addresses(name) or () if ":" not in found]

    def gethostbyaddr(self, ip_address: Any) -> tuple[str, list[str], list[str]]:
        """See socket.gethostbyaddr."""
        if self.shim.idle():
            return self.native["gethostbyaddr"](ip_address)  # type: ignore[no-any-return]
        host = normal_host(text(ip_address) or "")
        address = (self.names.addresses(host) or [None])[0]
        name = self.names.name_of(host) if packed(host) or host == LOCALHOST else host
        if address is None or name is None:
            raise socket.herror(1, "Unknown host")
        return name, [], [address]

    def getnameinfo(self, sockaddr: Any, flags: int) -> tuple[str, str]:
        """See socket.getnameinfo."""
        native = self.native["getnameinfo"]
        if self.shim.idle() or flags & socket.NI_NUMERICHOST:
            return native(sockaddr, flags)  # type: ignore[no-any-return]
        host, service = native(sockaddr, (flags | socket.NI_NUMERICHOST) & ~socket.NI_NAMEREQD)
        name = self.names.name_of(normal_host(host))
        if name is None and flags & socket.NI_NAMEREQD:
            raise unknown()
        return name or host, service


def text(host: Any) -> str | None:
    """A host as text; None if it is not given or no host."""
    if isinstance(host, (bytes, bytearray)):
        return bytes(host).decode("utf-8", "surrogateescape")
    return host if isinstance(host, str) else None


def unknown() -> socket.gaierror:
    """What the system says of a name that does not exist."""
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def no_address() -> socket.gaierror:
    """What the system says of a name that has no address of the family asked for."""
    return socket.gaierror(
        getattr(socket, "EAI_NODATA", socket.EAI_NONAME), "No address associated with hostname"
    )
