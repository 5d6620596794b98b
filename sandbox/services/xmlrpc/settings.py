"""The settings of the XML-RPC service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo

from sandbox.services.xmlrpc.extensions import find
from sandbox.settings.models import ListenerSettings, MainListenerSettings, Octets, Port


def _importable(reference: str, info: ValidationInfo) -> str:
    base = info.context.get("base") if isinstance(info.context, dict) else None
    find(reference, base=base)
    return reference


Reference: TypeAlias = Annotated[str, AfterValidator(_importable)]


class CallListener(ListenerSettings):
    """One bound address."""

    tls: Literal["none", "implicit"] = "none"
    """none: plain text; implicit: TLS from the first byte."""


class Settings(MainListenerSettings):
    """XML-RPC: the main listener, functions of your own, and what one call may cost."""

    events: ClassVar = frozenset({"connect", "tls", "call"})

    port: Port = 2081
    """The port of the main listener; 0 takes any free one."""
    tls: Literal["none", "implicit"] = "none"
    """The TLS mode of the main listener: none or implicit."""
    listeners: Mapping[str, CallListener] = Field(default_factory=dict)
    """Further listeners, each under a name of your choice."""
    functions: Annotated[tuple[Reference, ...], Field(strict=False)] = ()
    """Functions of your own as "module:object": a function, module, mapping or instance; beside this file or in cwd."""
    allow_none: bool = False
    """Send None as <nil/>, an extension of XML-RPC; without it None is a fault, as in the standard library."""
    use_builtin_types: bool = False
    """Hand dates and binary data to functions as datetime and bytes, not as DateTime and Binary."""
    threads: Annotated[int, Field(ge=1, le=1000)] = 16
    """Calls that run at the same time; further ones wait their turn within their time."""
    call_timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds a call may take, waiting included, before it is answered with a fault."""
    max_request: Octets = 8 * 1024 * 1024
    """Octets of a request's body, unpacked; larger ones are answered with status 413."""
    max_response: Octets = 16 * 1024 * 1024
    """Octets of an answer; larger ones become a fault."""
    keep_alive: Annotated[float, Field(ge=0)] = 75.0
    """Seconds an idle connection is kept for the next call."""
