"""The shape of every protocol automaton: what may happen to it, each answered with actions."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.sansio.actions import Actions, Close


def _never() -> bool:
    return False


class Core:
    """One connection's protocol, without a socket.

    A core never raises on client input, and gives the same answers however its input is cut into chunks. The driver
    in ``sandbox.net`` calls these methods, one at a time, and carries out the actions in order. An exception that
    escapes is our own mistake: the driver records it, sends what :meth:`crashed` returns, and closes.
    """

    turn_is_over: Callable[[], bool] = staticmethod(_never)
    """Whether other clients have waited long enough: asked between steps of long work. A core has no clock, the driver
    has one."""

    def opened(self) -> Actions:
        """The client is connected (for implicit TLS: the handshake is done); usually the greeting."""
        return ()

    def receive(self, data: bytes) -> Actions:
        """The client sent ``data``, never empty."""
        raise NotImplementedError

    def eof(self) -> Actions:
        """The client will send nothing more."""
        return (Close(),)

    def tls_started(self) -> Actions:
        """The handshake asked for with ``StartTls`` is done."""
        return ()

    def timer(self) -> Actions:
        """The time of the last ``SetTimer`` has come."""
        return ()

    def poke(self) -> Actions:
        """Something outside changed: a watched mailbox, or another client's message.

        Not called while the client leaves our answers unread, so what a core has to tell can be put together.
        """
        return ()

    def drained(self) -> Actions:
        """There is room for more: after ``WhenDrained``, and whenever what we sent had been held up and is read."""
        return ()

    def idle(self) -> Actions:
        """The idle limit has passed: say goodbye as the protocol does."""
        return (Close(),)

    def crashed(self) -> Actions:
        """Our own code failed: the protocol's words for an internal error."""
        return (Close(),)

    def closed(self) -> None:
        """The connection is gone, for whatever reason; release what was held."""
