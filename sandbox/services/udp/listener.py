"""What every UDP listener has, whatever its behaviour."""

from __future__ import annotations

from pydantic import model_validator

from sandbox.net.datagrams import Answer
from sandbox.service import Context
from sandbox.settings.models import ListenerSettings


class UdpListener(ListenerSettings):
    """A UDP listener; ``path`` and ``tls`` are for streams only."""

    @model_validator(mode="after")
    def _no_stream(self) -> UdpListener:
        if self.path is not None or self.tls != "none":
            raise ValueError("UDP has neither path nor tls")
        return self

    def answer(self, context: Context) -> Answer:
        """What answers a datagram; peers of one listener may share what is made here. Raises OSError."""
        raise NotImplementedError
