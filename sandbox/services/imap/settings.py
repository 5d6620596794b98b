"""The settings of the IMAP service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from sandbox.settings.models import (
    Expected,
    Limits,
    MainListenerSettings,
    Octets,
    Port,
    Strings,
    TlsMode,
    event_names,
)

_ALSO_BY_UID = event_names("fetch store copy move search sort thread expunge")


class Settings(MainListenerSettings):
    """IMAP4rev1: reads and sorts the mail that SMTP took in."""

    well_known: ClassVar[Mapping[int, Expected]] = {
        143: Expected("main"),
        993: Expected("imaps", implicit_tls=True),
    }
    events: ClassVar = (
        event_names("connect tls capability noop logout id starttls authenticate login enable proxyauth")
        | event_names(
            "select examine create delete rename subscribe unsubscribe namespace list lsub status append idle"
        )
        | event_names(
            "getquota getquotaroot setquota getacl myrights setacl deleteacl getannotation setannotation"
        )
        | event_names("check close unselect partial")
        | _ALSO_BY_UID
        | {f"uid {name}" for name in _ALSO_BY_UID}
    )

    port: Port = 2143
    """The port of the main listener; 0 takes any free one."""
    tls: TlsMode = "starttls"
    """The TLS mode of the main listener: none, starttls or implicit."""
    limits: Limits = Limits(idle_timeout=1800.0)
    """Bounds for each listener and connection; RFC 3501 asks for an idle timeout of 1800 seconds or more."""
    greeting: str = "Sandbox IMAP ready"
    """The text after the capabilities in the server's first line."""
    login_requires_tls: bool = False
    """Refuse passwords before TLS, and say so with LOGINDISABLED."""
    capabilities_removed: Strings = ()
    """Capabilities not to offer, as IDLE or AUTH=CRAM-MD5; commands and mechanisms that belong to them are refused."""
    quota: Octets = 1024 * 1024 * 1024
    """Octets the mailboxes of one user may hold together before APPEND and COPY are refused; 0 means no limit."""
    max_line: Annotated[int, Field(ge=1000)] = 65_536
    """Octets of one command beside its literals; a longer one is answered BAD."""
    max_literal: Annotated[int, Field(ge=1000)] = 32 * 1024 * 1024
    """Octets in the literals of one command, so of a message; more is refused before it is sent."""
