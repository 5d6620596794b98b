"""The settings of the POP3 service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from sandbox.settings.models import Expected, Limits, MainListenerSettings, Port, TlsMode, event_names

Mechanism: TypeAlias = Literal["CRAM-MD5", "PLAIN", "LOGIN"]


class Settings(MainListenerSettings):
    """POP3: the main listener, what it offers at login, and limits."""

    well_known: ClassVar[Mapping[int, Expected]] = {
        110: Expected("main"),
        995: Expected("pop3s", implicit_tls=True),
    }
    events: ClassVar = event_names(
        "connect tls apop auth capa dele lang last list noop pass quit retr rpop rset stat stls top uidl user utf8"
    )

    port: Port = 2110
    """The port of the main listener; 0 takes any free one."""
    tls: TlsMode = "starttls"
    """starttls offers STLS on the main listener; none offers no TLS; implicit is POP3S."""
    limits: Limits = Limits(idle_timeout=600.0)
    """Bounds for each listener and connection; an idle session may live ten minutes (RFC 1939 section 3)."""
    apop: bool = True
    """Put a timestamp into the greeting and accept APOP."""
    auth_mechanisms: Annotated[tuple[Mechanism, ...], Field(strict=False)] = ("CRAM-MD5", "PLAIN", "LOGIN")
    """The SASL mechanisms that AUTH accepts, in the order in which they are offered; none turns AUTH off."""
    login_requires_tls: bool = False
    """Refuse every login before TLS, as most providers do."""
