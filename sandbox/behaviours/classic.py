"""The classic small services (RFC 862 to 868) and the ports they are known by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

CLASSIC_PORTS = {7: "echo", 9: "discard", 13: "daytime", 17: "qotd", 19: "chargen", 37: "time"}


def classic_listeners(listeners: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Well-known ports and the names of the listeners that do there what the RFC of the port says."""
    for port, behaviour in CLASSIC_PORTS.items():
        for name, listener in listeners.items():
            # The lessons' time is a text; that of port 37 is four octets.
            if listener.behaviour == behaviour and getattr(listener, "format", "rfc868") == "rfc868":
                yield port, name
                break
