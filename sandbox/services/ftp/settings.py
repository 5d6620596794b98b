"""The settings of the FTP service."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, Field

from sandbox.services.ftp.verbs import SYNTAX
from sandbox.settings.models import Expected, MainListenerSettings, Octets, Port, Seconds, Strings, TlsMode


def _ports(ports: tuple[int, int]) -> tuple[int, int]:
    first, last = ports
    if first > last:
        raise ValueError(f"the first port, {first}, is above the last, {last}")
    if last and not first:
        raise ValueError("0 stands for any free port; give [0, 0] or a range above it")
    return ports


def _ipv4(address: str) -> str:
    try:
        return str(IPv4Address(address))
    except AddressValueError as error:
        raise ValueError(f"PASV can name an IPv4 address only: {error}") from None


def _absolute(paths: tuple[str, ...]) -> tuple[str, ...]:
    for path in paths:
        if not path.startswith("/"):
            raise ValueError(f"{path!r} is not absolute")
    return paths


PortRange: TypeAlias = Annotated[tuple[Port, Port], Field(strict=False), AfterValidator(_ports)]
Ipv4: TypeAlias = Annotated[str, AfterValidator(_ipv4)]
AbsolutePaths: TypeAlias = Annotated[Strings, AfterValidator(_absolute)]


class Settings(MainListenerSettings):
    """FTP with AUTH TLS on the main listener; everybody sees the whole tree and starts in a home of their own."""

    well_known: ClassVar[Mapping[int, Expected]] = {
        21: Expected("main"),
        990: Expected("ftps", implicit_tls=True),
    }
    events: ClassVar = frozenset({"connect", "tls", "data", *map(str.lower, SYNTAX)})

    port: Port = 2021
    """The port of the main listener; 0 takes any free one."""
    tls: TlsMode = "starttls"
    """The TLS mode of the main listener: none, starttls (AUTH TLS) or implicit (FTPS)."""
    banner: Annotated[str, Field(pattern=r"^[ -~]*$")] = "FTP Sandbox"
    """What the greeting says after the code and the host name."""
    anonymous: bool = True
    """Whether anonymous and ftp may log in, with any password; they start at the root."""
    login_requires_tls: bool = False
    """Whether USER is refused with 530 before TLS; the listener should be starttls or implicit then."""
    create_missing_directories: bool = True
    """Whether CWD to a missing directory makes it; otherwise 550."""
    read_only: AbsolutePaths = ()
    """Paths at and below which nothing may be stored, renamed or removed (550)."""
    max_upload: Octets = 0
    """The largest upload in octets; what a larger one stored so far stays, and the answer is 552. 0 means no limit."""
    max_line: Annotated[int, Field(ge=64)] = 8192
    """The longest command line in octets; a longer one is answered with 500."""
    passive_ports: PortRange = (0, 0)
    """The first and the last port for passive data connections; [0, 0] takes any free one."""
    advertised_host: Ipv4 | None = None
    """The IPv4 address that PASV names, for clients behind a NAT or outside a container; else the one they reached."""
    data_timeout: Seconds = 120.0
    """Seconds to wait for a data connection, and for anything to move on one (425, 426); 0 means for ever."""

    def listener_names(self) -> frozenset[str]:
        """The listeners, and ``data`` for all data connections."""
        return frozenset({"data", *(binding.name for binding in self.bindings())})
