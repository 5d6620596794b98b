"""Addresses of data connections as the commands write them: PORT and PASV (RFC 959 §4.1.2), EPRT and EPSV (RFC 2428)."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from sandbox.services.ftp.replies import RefusalError

_NUMBERS = re.compile(r"\s*(\d{1,3})" + r"\s*,\s*(\d{1,3})" * 5 + r"\s*", re.ASCII)
_PORT = re.compile(r"\d{1,5}", re.ASCII)

#: The network protocols of RFC 2428 §2, by number.
_PROTOCOLS: dict[str, type[IPv4Address | IPv6Address]] = {"1": IPv4Address, "2": IPv6Address}


class Address(NamedTuple):
    """Where a client listens."""

    host: str
    port: int


def parse_port(argument: str) -> Address:
    """``h1,h2,h3,h4,p1,p2``. Raises RefusalError."""
    found = _NUMBERS.fullmatch(argument)
    numbers = [int(number) for number in found.groups()] if found else []
    if not numbers or max(numbers) > 255:
        raise RefusalError("501", "Six numbers up to 255 are wanted: h1,h2,h3,h4,p1,p2")
    return Address(".".join(str(number) for number in numbers[:4]), numbers[4] * 256 + numbers[5])


def parse_eprt(argument: str) -> Address:
    """``|protocol|address|port|``, with any printable delimiter. Raises RefusalError."""
    fields = argument.split(argument[0]) if argument else []
    if len(fields) != 5 or fields[0] or fields[4] or not _PORT.fullmatch(fields[3]):
        raise RefusalError("501", "An address is wanted as |protocol|address|port|")
    protocol, host, port = fields[1], fields[2], int(fields[3])
    if protocol not in _PROTOCOLS:
        raise RefusalError("522", "Network protocol not supported, use (1,2)")
    try:
        address = _PROTOCOLS[protocol](host)
    except ValueError:
        raise RefusalError("501", f"{host} is no address of network protocol {protocol}") from None
    if port > 65535:
        raise RefusalError("501", f"{port} is no port")
    return Address(str(address), port)


def pasv_numbers(host: str, port: int) -> str:
    """An IPv4 address and a port as PASV tells them."""
    return ",".join([*host.split("."), str(port >> 8), str(port & 255)])


def protocol_of(host: str) -> str:
    """The number of the network protocol an address belongs to (RFC 2428 §2)."""
    return str({4: 1, 6: 2}[ip_address(host).version])
