"""The settings of the control service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.settings.models import ListenerSettings, MainListenerSettings, Octets, Port, Strings


class ControlListener(ListenerSettings):
    """One bound address."""

    tls: Literal["none", "implicit"] = "none"
    """none: plain text; implicit: TLS from the first byte."""


class Settings(MainListenerSettings):
    """Control: the main listener, and by which names it may be asked for."""

    events: ClassVar = frozenset()  # no rule could be taken back if it were for all

    port: Port = 8025
    """The port of the main listener; 0 takes any free one."""
    tls: Literal["none", "implicit"] = "none"
    """The TLS mode of the main listener: none or implicit."""
    listeners: Mapping[str, ControlListener] = Field(default_factory=dict)
    """Further listeners, each under a name of your choice."""
    names: Strings = ()
    """Host names that clients may use beside localhost and addresses; others are refused with 421."""
    max_request: Octets = 48 * 1024 * 1024
    """Octets of a request's body; larger ones are answered with 413."""
    keep_alive: Annotated[float, Field(ge=0)] = 75.0
    """Seconds an idle connection is kept for the next request."""
