"""Refuses what went past the patches: an audit hook (PEP 578) sees each address that Python's C code is given."""

from __future__ import annotations

import errno
import os
import socket
import sys

from .addresses import text
from .groups import multicast
from .hosts import LOCALHOST, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from . import Shim

    Check = Callable[[Shim, tuple[Any, ...]], None]

_guarded: list[Shim] = []
_hooked: list[bool] = []  # an audit hook stays for ever, so there is one


def guard(shim: Shim) -> None:
    """Have the shim's rules kept by everybody, as long as it is active."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hook(_guarded, CHECKS))
    _guarded.append(shim)


def unguard(shim: Shim) -> None:
    """Forget the shim."""
    if shim in _guarded:
        _guarded.remove(shim)


def _hook(guarded: list[Shim], checks: dict[str, Check]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, args: tuple[Any, ...]) -> None:
        check = checks.get(event)
        if check is not None:
            for shim in guarded:
                if not shim.idle():
                    check(shim, args)

    return hook


def _peer(shim: Shim, args: tuple[Any, ...]) -> None:
    """Only this host, those that are let through, and groups, which the patches have kept on this host."""
    address = args[1]
    host = text(address[0]) if isinstance(address, tuple) and address else None
    if host is None or args[0].family not in (socket.AF_INET, socket.AF_INET6) or multicast(host):
        return
    normal = shim.routes.names.normal(host)
    if normal != LOCALHOST and not shim.routes.allowed(normal, shim.routes.names.name_of(normal) or normal):
        shim.routes.log("guarded", f"{normal}:{address[1]}")
        shim.routes.guarded(normal, address[1])
        raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))


def _name(shim: Shim, args: tuple[Any, ...]) -> None:
    """Only what needs no question to the network, and names that are let through."""
    host = text(args[0][0] if isinstance(args[0], tuple) else args[0])
    if not host or host.startswith("<") or packed(host) is not None:
        return
    normal = shim.routes.names.normal(host)
    if normal != LOCALHOST and not shim.routes.allowed(normal, normal):
        shim.routes.log("guarded", normal)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


CHECKS: dict[str, Check] = {
    "socket.connect": _peer,
    "socket.sendto": _peer,
    "socket.sendmsg": _peer,
    "socket.getaddrinfo": _name,
    "socket.gethostbyname": _name,
}
