"""The default loop of asyncio on Windows, which hands addresses to the system past the methods of the socket.

Written by the source of Python 3.8 to 3.14; no Windows machine has run it yet.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Shim


def methods(proactor: Any, shim: Shim) -> dict[str, Any]:
    """What the class IocpProactor gets instead."""
    connect_native, sendto_native, recvfrom_native = proactor.connect, proactor.sendto, proactor.recvfrom

    def connect(self: Any, conn: Any, address: Any) -> Any:
        return connect_native(self, conn, shim.sockets.aim(conn, address, True))

    def sendto(self: Any, conn: Any, buf: Any, flags: int = 0, addr: Any = None) -> Any:
        there = None if addr is None else shim.sockets.aim(conn, addr, False)
        return sendto_native(self, conn, buf, flags, there)

    def recvfrom(self: Any, conn: Any, nbytes: int, flags: int = 0) -> Any:
        inner = recvfrom_native(self, conn, nbytes, flags)
        outer = inner.get_loop().create_future()
        inner.add_done_callback(lambda done: _hand_on(done, outer, shim.sockets.meant.get(conn, {})))
        outer.add_done_callback(lambda done: inner.cancel())
        return outer

    return {"connect": connect, "sendto": sendto, "recvfrom": recvfrom}


def _hand_on(inner: Any, outer: Any, meant: dict[Any, Any]) -> None:
    """Give one future's result to the other, with the sender's address as the program knows it."""
    if outer.done():
        return
    if inner.cancelled():
        outer.cancel()
    elif inner.exception() is not None:
        outer.set_exception(inner.exception())
    else:
        data, address = inner.result()
        outer.set_result((data, meant.get(address, address)))
