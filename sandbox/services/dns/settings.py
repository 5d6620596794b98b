"""The settings of the DNS service. What it says of a name stands in the table ``hosts``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from sandbox.settings.models import (
    Binding,
    Expected,
    Limits,
    ListenerSettings,
    MainListenerSettings,
    Port,
    Transport,
)
from sandbox.settings.records import TimeToLive

Security: TypeAlias = Literal["none", "implicit"]


class DnsListener(ListenerSettings):
    """A further listener: UDP and TCP on one port; TCP alone where there is TLS, a Unix-domain socket for a path."""

    tls: Security = "none"
    """none: UDP and TCP; implicit: DNS over TLS (RFC 7858)."""


class Settings(MainListenerSettings):
    """DNS: the main listener, how long answers last and how long they may be."""

    well_known: ClassVar[Mapping[int, Expected]] = {
        53: Expected("main"),
        853: Expected("dot", implicit_tls=True),
    }
    events: ClassVar = frozenset({"connect", "tls", "datagram"})

    port: Port = 2053
    """The port of the main listener, for UDP and TCP; 0 takes one that is free in both."""
    tls: Security = "none"
    """none: the main listener is UDP and TCP; implicit: it is DNS over TLS."""
    listeners: Mapping[str, DnsListener] = Field(default_factory=dict)
    """Further listeners, each under a name of your choice."""
    limits: Limits = Limits(idle_timeout=30.0)
    """Bounds for each listener and connection; a connection is kept for seconds only (RFC 7766 section 6.2.3)."""
    ttl: TimeToLive = 60
    """Seconds that an answer may be kept, unless its name has a ttl of its own."""
    max_datagram: Annotated[int, Field(ge=512, le=65_507)] = 1232
    """Octets of an answer by UDP for clients that speak EDNS (RFC 6891); longer ones are truncated, for others 512."""

    def bindings(self) -> list[Binding]:
        """Each stream listener, and behind it the UDP one of the same name where it has one."""
        return [binding for stream in super().bindings() for binding in _transports(stream)]

    def expected_listeners(self) -> Mapping[tuple[Transport, int], str]:
        """The well-known ports, for UDP too where the listener has it."""
        datagrams = {binding.name for binding in self.bindings() if binding.transport == "udp"}
        found = dict(super().expected_listeners())
        return found | {("udp", port): name for (_, port), name in found.items() if name in datagrams}


def _transports(stream: Binding) -> list[Binding]:
    if stream.path is not None or stream.tls != "none":
        return [stream]
    return [stream, stream.model_copy(update={"transport": "udp"})]
