"""libcurl resolves and connects by itself: it is handed addresses, and sockets that are connected already."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from .addresses import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim

KIND_MASK = 0xF  # the other bits are SOCK_CLOEXEC and SOCK_NONBLOCK
PORTS = {
    "ftp": 21,
    "ftps": 990,
    "https": 443,
    "imap": 143,
    "imaps": 993,
    "pop3": 110,
    "pop3s": 995,
    "smtp": 25,
    "smtps": 465,
    "wss": 443,
}


def curl_class(pycurl: Any, shim: Shim) -> Any:
    """What pycurl.Curl becomes."""
    return type("Curl", (Redirected, pycurl.Curl), {"pycurl": pycurl, "shim": shim})


class Redirected:
    """Comes before pycurl.Curl. Hosts that only a server names, in a redirection, libcurl looks up by itself."""

    pycurl: Any
    shim: Shim

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare()

    def _prepare(self) -> None:
        setopt = super().setopt  # type: ignore[misc]
        setopt(self.pycurl.OPENSOCKETFUNCTION, self._open)
        setopt(self.pycurl.SOCKOPTFUNCTION, self._is_connected)
        if not self.shim.table["allow"]:
            setopt(self.pycurl.CAINFO, self.shim.table["certificate"])

    def setopt(self, option: int, value: Any) -> None:
        """See pycurl; what opens and prepares sockets is ours."""
        if option not in (self.pycurl.OPENSOCKETFUNCTION, self.pycurl.SOCKOPTFUNCTION):
            super().setopt(option, value)  # type: ignore[misc]
        if option == self.pycurl.URL:
            super().setopt(self.pycurl.RESOLVE, _known(text(value) or ""))  # type: ignore[misc]

    def setopt_string(self, option: int, value: Any) -> None:
        """See pycurl."""
        super().setopt_string(option, value)  # type: ignore[misc]
        if option == self.pycurl.URL:
            self.setopt(option, value)

    def unsetopt(self, option: int) -> None:
        """See pycurl."""
        if option not in (self.pycurl.OPENSOCKETFUNCTION, self.pycurl.SOCKOPTFUNCTION):
            super().unsetopt(option)  # type: ignore[misc]

    def reset(self) -> None:
        """See pycurl."""
        super().reset()  # type: ignore[misc]
        self._prepare()

    def _open(self, purpose: int, address: Any) -> Any:
        sock = socket.socket(address.family, address.socktype & KIND_MASK, address.protocol)
        try:
            sock.connect(address.addr)
        except OSError:
            sock.close()
            return self.pycurl.SOCKET_BAD
        return Handed(sock)

    def _is_connected(self, descriptor: int, purpose: int) -> int:
        accepted = purpose == self.pycurl.SOCKTYPE_ACCEPT
        return int(self.pycurl.SOCKOPT_OK if accepted else self.pycurl.SOCKOPT_ALREADY_CONNECTED)


class Handed:
    """A socket of which pycurl takes a copy, closed when it has."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.fileno = sock.fileno

    def __del__(self) -> None:
        self._sock.close()


def _known(url: str) -> list[str]:
    """The address of the host of a URL, as libcurl takes it."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80)
        address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]
    except (OSError, ValueError):
        return []
    return [f"{host}:{port}:{address}"]
