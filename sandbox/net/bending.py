"""What faults do to a connection as a whole: its octets are bent, or it ends."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.faults.effects import Effect, StreamEffect
from sandbox.faults.effects.broken_tls import BrokenTls
from sandbox.faults.effects.disconnect import Disconnect, HalfClose, Reset
from sandbox.faults.effects.refuse import Refuse
from sandbox.faults.stage import End
from sandbox.net.connection import Connection
from sandbox.net.flow import Flow


class Bending:
    """Both directions of one connection; each is straight until an effect bends it."""

    def __init__(
        self,
        connection: Connection,
        *,
        deliver: Callable[[bytes], None],
        write: Callable[[bytes], None],
        end: Callable[[End], None],
        close: Callable[[], None],
        eof: Callable[[], bool | None],
        pause_reading: Callable[[], None],
        resume_reading: Callable[[], None],
        pause_writing: Callable[[], None],
        resume_writing: Callable[[], None],
    ) -> None:
        self.outgoing: Flow | None = None
        self.incoming: Flow | None = None
        self.spoils_tls = False
        self._connection = connection
        self._deliver = deliver
        self._write = write
        self._end = end
        self._close = close
        self._eof = eof
        self._pause_reading = pause_reading
        self._resume_reading = resume_reading
        self._pause_writing = pause_writing
        self._resume_writing = resume_writing

    def suffer(self, effect: Effect) -> bool:
        """Let the connection suffer an effect; whether the service may go on as if nothing had been."""
        if isinstance(effect, StreamEffect):
            self._bend(effect)
            return True
        match effect:
            case BrokenTls():
                self.spoils_tls = True
                return True
            case Disconnect():
                self._close()
            case Reset() | Refuse():
                self._end("reset")
            case HalfClose():
                self.send(end="eof")
        return False

    @property
    def is_busy(self) -> bool:
        """Whether something is held up that will come."""
        return any(flow is not None and flow.is_busy for flow in (self.outgoing, self.incoming))

    @property
    def unsent(self) -> int:
        """Octets to the client that are held up."""
        return 0 if self.outgoing is None else self.outgoing.waiting

    def send(self, data: bytes = b"", end: End | None = None) -> None:
        """Let octets, or the end of what is said, go to the client."""
        if self.outgoing is not None:
            self.outgoing.send(data, end)
            return
        if data:
            self._write(data)
        if end is not None:
            self._end(end)

    def settle(self) -> bytes:
        """Let what is held up for the client go at once, since TLS begins or the connection changes hands.

        Returns what was held up for the server: it must not be heard later as if it had been said then.
        """
        if self.outgoing is not None:
            self.outgoing.flush()
        return b"" if self.incoming is None else self.incoming.stop()

    def stop(self) -> None:
        """The connection is gone."""
        for flow in (self.outgoing, self.incoming):
            if flow is not None:
                flow.stop()

    def _bend(self, effect: StreamEffect) -> None:
        dice = self._connection.faults.dice(f"{self._connection.number} {effect.kind}")
        if effect.direction in ("to_client", "both"):
            self._flow_out().add(effect, effect.stage(dice))
        if effect.direction in ("to_server", "both"):
            self._flow_in().add(effect, effect.stage(dice))

    def _flow_out(self) -> Flow:
        if self.outgoing is None:
            self.outgoing = Flow(
                deliver=self._write, finish=self._end, pause=self._pause_writing, resume=self._resume_writing
            )
        return self.outgoing

    def _flow_in(self) -> Flow:
        if self.incoming is None:
            self.incoming = Flow(
                deliver=self._deliver,
                finish=self._heard,
                pause=self._pause_reading,
                resume=self._resume_reading,
            )
        return self.incoming

    def _heard(self, end: End) -> None:
        if end == "eof":
            if not self._eof():
                self._end("close")
        else:
            self._end(end)
