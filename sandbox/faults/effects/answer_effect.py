"""What every effect is that bends an answer of HTTP."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import StreamEffect

#: Requests of HTTP and calls of XML-RPC; beside HEAD, whose answers have no body, and tunnels.
REQUESTS = ("!*.connect", "!*.tls", "!http.tunnel", "http.*", "xmlrpc.call")
WITH_BODY = ("!http.head", *REQUESTS)


class AnswerEffect(StreamEffect):
    """Does what the request asks for, but something is wrong with the answer; then the connection ends."""

    where: ClassVar[tuple[str, ...]] = WITH_BODY

    direction: Literal["to_client"] = "to_client"
    """It is the answer that is bent."""
