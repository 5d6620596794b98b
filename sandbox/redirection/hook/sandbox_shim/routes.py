"""Decides where what is sent to a host and port goes, and says so."""

from __future__ import annotations

import errno
import os
import sys

from .bound import Bound
from .hosts import BROADCAST, LOCALHOST, Names, fits, normal_host, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAPPED, PASSED, REFUSED = "mapped", "passed", "refused"
UNPRIVILEGED = 1024
MOST_TOLD = 20
ENOUGH = "nothing answers at further addresses; --log tells of each"
MOST_EXPECTED = 10000


class Routes:
    """The table a redirected process was given, and what other processes have bound."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.names = Names(table["hosts"], table["names"])
        self.bound = Bound(table["bound"])
        self.allow: list[str] = [normal_host(host) for host in table["allow"]]
        self._wanted: dict[str, str] = table["wanted"]
        self._addresses: str = table["addresses"]
        self._expected: set[str] = set()
        self._log: str | None = table["log"]
        self._rows: dict[tuple[str, int], list[tuple[str, str, int, str]]] = {}
        for transport, pattern, port, to_host, to_port, name in table["routes"]:
            self._rows.setdefault((transport, port), []).append((pattern, to_host, to_port, name))
        self._ftp: dict[str, str] = {}
        self._told: set[tuple[str, str, int]] = set()
        self._looked: set[tuple[str, str, int]] = set()

    def find(self, transport: str, host: str, port: int) -> tuple[str, str, int]:
        """What to do about a destination, its host in the normal form, and the address to go to instead."""
        name = self.names.name_of(host) or host
        served = self._served(transport, host, name, port)
        if served is not None:
            return self._decided(
                MAPPED, transport, name, port, served[0], served[1], "bound by a program of this run"
            )
        allowed = self.allowed(host, name)
        for pattern, to_host, to_port, listener in self._rows.get((transport, port), ()):
            if pattern in (host, name) or (not allowed and (fits(pattern, host) or fits(pattern, name))):
                if listener.startswith("ftp."):
                    self._ftp[name] = to_host
                if transport == "tcp" and name == host:
                    self._expect(host)
                return self._decided(MAPPED, transport, name, port, to_host, to_port, listener)
        if allowed or host == LOCALHOST or name == LOCALHOST:
            return self._decided(PASSED, transport, name, port, host, port, "")
        if transport == "tcp" and port >= UNPRIVILEGED and name in self._ftp:
            # Clients that keep the host they were given ask it for the port that the reply to EPSV tells.
            return self._decided(MAPPED, transport, name, port, self._ftp[name], port, "FTP data")
        return self._decided(REFUSED, transport, name, port, host, port, "")

    def allowed(self, host: str, name: str) -> bool:
        """Whether a host is let through to the real network."""
        return any(fits(pattern, host) or fits(pattern, name) for pattern in self.allow)

    def _expect(self, host: str) -> None:
        """Have a certificate for an address, once for each: clients send no name with it that would tell."""
        if host not in self._expected and len(self._expected) < MOST_EXPECTED:
            self._expected.add(host)
            if packed(host) is not None:
                try:
                    with open(os.path.join(self._addresses, host.replace(":", "_")), "wb"):
                        pass
                except OSError:
                    pass  # who verifies will tell

    def routed(self, transport: str, port: int) -> bool:
        """Whether the table says anything of a port."""
        return (transport, port) in self._rows

    def refused(self, transport: str, host: str, port: int) -> ConnectionRefusedError:
        """The error for a destination where nothing answers; tells the user what is missing."""
        self.missing(transport, host, port)
        return ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))

    def missing(self, transport: str, host: str, port: int) -> None:
        """Tell the user that nothing answers at a destination, once for each and not of too many."""
        key = (transport, host, port)
        if key not in self._told and len(self._told) <= MOST_TOLD:
            self._told.add(key)
            last = len(self._told) > MOST_TOLD
            tell(ENOUGH if last else self.advice(transport, host, port))

    def unheard(self, port: int) -> None:
        """Look once whether anybody receives datagrams at a port of this machine, and tell the user if nobody does."""
        key = ("udp", LOCALHOST, port)
        if key not in self._looked:
            self._looked.add(key)
            if nobody_receives(port):
                self.missing(*key)

    def advice(self, transport: str, host: str, port: int) -> str:
        """What to tell a user whose program went where nothing answers, in one line."""
        host = self.names.name_of(host) or host
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        service = self._wanted.get(str(port))
        if service is not None:
            what = f"that is a port of {service}: add [services.{service}] to the configuration"
        else:
            suffix = "/udp" if transport == "udp" else ""
            what = f"say what shall, as with --route {address}{suffix}=echo"
        return f"nothing answers at {address} ({transport.upper()}); {what}"

    def guarded(self, host: str, port: object) -> None:
        """Tell the user of a destination that was named past the socket module, once for each."""
        key = ("", host, port if isinstance(port, int) else 0)
        if key not in self._told:
            self._told.add(key)
            tell(
                f"{host}:{port} is not reached: a part of this program goes past the socket module; try --isolate"
            )

    def log(self, verdict: str, what: str) -> None:
        """Append one decision to the log, if one is kept; lines of several processes do not mix."""
        if self._log is not None:
            line = f"{os.getpid()} {verdict} {visible(what)}\n"
            try:
                file = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    os.write(file, line.encode("utf-8", "replace"))
                finally:
                    os.close(file)
            except OSError:
                pass

    def _served(self, transport: str, host: str, name: str, port: int) -> tuple[str, int] | None:
        wanted = transport, host, port
        if self.bound.absent(wanted):
            return None
        found = self.bound.find(transport, self.bound.path(transport, host, port))
        if found is None and host != name:
            found = self.bound.find(transport, self.bound.path(transport, name, port))
        if found is None and private(host):
            found = self.bound.find(transport, self.bound.path(transport, LOCALHOST, port))
            if found is not None and not found[2]:
                found = None
        if found is None:
            self.bound.note_absent(wanted)
            return None
        return found[:2]

    def _decided(
        self, verdict: str, transport: str, name: str, port: int, to_host: str, to_port: int, why: str
    ) -> tuple[str, str, int]:
        if self._log is not None:
            there = f" -> {to_host}:{to_port} ({why})" if verdict == MAPPED else ""
            self.log(verdict, f"{transport} {name}:{port}{there}")
        return verdict, to_host, to_port


def nobody_receives(port: int) -> bool:
    """Whether no UDP socket of this machine has the port, as far as the system tells (proc(5), Linux only)."""
    found = _receivers("/proc/net/udp"), _receivers("/proc/net/udp6")
    mark = b":%04X" % port
    return any(found) and not any(address.endswith(mark) for each in found for address in each)


def _receivers(path: str) -> list[bytes]:
    """The local addresses of a table of sockets, with its title; none if there is no such table."""
    try:
        with open(path, "rb") as file:
            return [line.split(None, 2)[1] for line in file]
    except OSError:
        return []


def private(host: str) -> bool:
    """Whether a host is an address of somebody's own network (RFC 1918), as lessons write for their own machine."""
    octets = packed(host) or b""
    return len(octets) == 4 and (
        host == BROADCAST
        or octets[0] == 10
        or octets[:2] == b"\xc0\xa8"
        or (octets[0] == 172 and octets[1] & 0xF0 == 16)
    )


def visible(text: str) -> str:
    """A text without line ends and escape sequences, which the names that programs ask for may contain."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def tell(text: str) -> None:
    """One line for the user."""
    try:
        sys.stderr.write(f"sandbox: {visible(text)}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass  # there is nobody to tell
