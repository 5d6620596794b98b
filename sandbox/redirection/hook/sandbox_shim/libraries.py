"""Libraries that go past the socket module: what to do to each right after its import.

Each is refused, with the reason, if it is no longer built as it was: better no library than one that reaches the real
network.
"""

from __future__ import annotations

import socket
import sys
from _socket import socket as raw_socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from . import Shim

    Hook = Callable[[Any, Shim], None]

LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")


def aiohttp(module: Any, shim: Shim) -> None:
    """aiohttp.resolver and aiohttp.connector: resolve by the loop also where aiodns is installed."""
    replace(shim, module, DefaultResolver=sys.modules["aiohttp.resolver"].ThreadedResolver)
    if not shim.active and hasattr(module, "_SSL_CONTEXT_VERIFIED"):
        # It was made when aiohttp was imported, which in this process was before it was redirected.
        context = module._make_ssl_context(True)
        context.load_verify_locations(shim.table["certificate"])
        replace(shim, module, _SSL_CONTEXT_VERIFIED=context)


def gevent_names(module: Any, shim: Shim) -> None:
    """gevent._socketcommon: ask ours instead of the hub's resolver, whichever that is."""
    for name in LOOK_UPS:
        shim.patches.replace(module, name, getattr(shim.resolver, name))


def gevent_resolver(module: Any, shim: Shim) -> None:
    """gevent.resolver.*: the same for those who ask the resolver themselves."""
    answers = {name: staticmethod(getattr(shim.resolver, name)) for name in LOOK_UPS}
    replace(shim, module.Resolver, **answers)


def gevent_sockets(module: Any, shim: Shim) -> None:
    """gevent._socket3: what its sockets wrap is a class of its own below _socket.socket, which gets our methods."""
    sock = module._wrefsocket
    ours = {
        name: method
        for name, method in vars(socket.socket).items()
        if hasattr(raw_socket, name) and getattr(method, "__module__", "").startswith(f"{__package__}.")
    }
    if not issubclass(socket.socket, raw_socket) or "connect" not in ours:
        raise RuntimeError("the socket module was patched before it was redirected")
    if not issubclass(module.socket._gevent_sock_class, sock):
        raise RuntimeError("its sockets wrap another class")
    replace(shim, sock, **ours, close=vars(socket.socket)["_real_close"])


def proactor(module: Any, shim: Shim) -> None:
    """asyncio.windows_events: its loop hands addresses to the system by itself."""
    from .proactor import methods

    replace(shim, module.IocpProactor, **methods(module.IocpProactor, shim))


def uvloop(module: Any, shim: Shim) -> None:
    """uvloop: its loop is made to take sockets of the socket module."""
    from .libuv import methods

    if not issubclass(module.Loop, module.loop.Loop):
        raise RuntimeError("its Loop is another class")
    replace(shim, module.Loop, **methods(module.Loop))
    replace(shim, module.loop, Loop=module.Loop)


def pycares(module: Any, shim: Shim) -> None:
    """pycares, and so aiodns: ask the sandbox's name server."""
    from .libcares import methods

    replace(shim, module.Channel, **methods(module.Channel, shim))


def pycurl(module: Any, shim: Shim) -> None:
    """pycurl: its transfers are handed sockets that are connected already."""
    from .libcurl import curl_class

    shim.patches.replace(module, "Curl", curl_class(module, shim))


def replace(shim: Shim, owner: Any, **values: Any) -> None:
    """Set attributes that are there. Raises AttributeError if one is not: then nobody would use what is set."""
    for name, value in values.items():
        getattr(owner, name)
        shim.patches.set(owner, name, value)


def _or_refuse(hook: Hook) -> Hook:
    def hooked(module: Any, shim: Shim) -> None:
        try:
            hook(module, shim)
        except Exception as error:
            library = module.__name__.partition(".")[0]
            version = getattr(sys.modules.get(library), "__version__", None) or "this version"
            text = "sandbox: {} {} cannot be redirected ({}: {}); try --isolate, or another version of it"
            raise ImportError(text.format(library, version, type(error).__name__, error)) from error

    return hooked


#: By the name of the module: a function of the module and the shim. Change attributes by ``shim.patches.set``.
HOOKS: dict[str, Hook] = {
    name: _or_refuse(hook)
    for name, hook in {
        "aiohttp.connector": aiohttp,
        "aiohttp.resolver": aiohttp,
        "asyncio.windows_events": proactor,
        "gevent._socket3": gevent_sockets,
        "gevent._socketcommon": gevent_names,
        "gevent.resolver.ares": gevent_resolver,
        "gevent.resolver.blocking": gevent_resolver,
        "gevent.resolver.dnspython": gevent_resolver,
        "gevent.resolver.thread": gevent_resolver,
        "pycares": pycares,
        "pycurl": pycurl,
        "uvloop": uvloop,
    }.items()
}
