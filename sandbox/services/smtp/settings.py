"""The settings of the SMTP service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from sandbox.settings.models import Expected, MainListenerSettings, Port, TlsMode, event_names

Mechanism: TypeAlias = Literal["CRAM-MD5", "PLAIN", "LOGIN"]
PositiveCount: TypeAlias = Annotated[int, Field(ge=1)]


class Settings(MainListenerSettings):
    """Submission and relay in one: every listener speaks the same SMTP."""

    well_known: ClassVar[Mapping[int, Expected]] = {
        25: Expected("main"),
        465: Expected("smtps", implicit_tls=True),
        587: Expected("submission"),
    }
    events: ClassVar = event_names(
        "connect tls message helo ehlo starttls auth mail rcpt data bdat rset noop vrfy expn etrn help quit"
    )

    port: Port = 2025
    """The port of the main listener; 0 takes any free one."""
    tls: TlsMode = "starttls"
    """The TLS mode of the main listener: none, starttls or implicit."""
    banner: Annotated[str, Field(pattern=r"^[ -~]*$")] = "ESMTP Sandbox"
    """What the greeting says after the code and the host name."""
    recipients: Literal["any", "listed"] = "any"
    """any: every recipient is accepted; listed: one that belongs to no listed account is refused with 550."""
    auth_mechanisms: Annotated[tuple[Mechanism, ...], Field(strict=False)] = ("CRAM-MD5", "PLAIN", "LOGIN")
    """The mechanisms AUTH offers, in this order; without any, AUTH is not offered."""
    auth_required: bool = False
    """Whether a client must log in before it may send mail (530 otherwise)."""
    auth_requires_tls: bool = False
    """Whether AUTH is offered and answered under TLS only (538 otherwise)."""
    hello_required: bool = False
    """Whether mail and AUTH need HELO or EHLO first (503 otherwise), as RFC 5321 §4.1.4 asks."""
    max_message: PositiveCount = 32 * 1024 * 1024
    """The largest message in octets, announced by SIZE; a larger one is refused with 552."""
    max_line: PositiveCount = 1024 * 1024
    """The longest line of a message in octets, its end included; RFC 5321 §4.5.3.1.6 promises no more than 1000."""
    max_recipients: PositiveCount = 1000
    """Recipients of one message; further ones are refused with 452."""
    magic: bool = True
    """Whether some recipients go wrong by their name, as 451@…, delay5@… and bounce@example.org."""
