"""The shapes of everything beside the services."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from sandbox.settings.hosts import Host
from sandbox.settings.models import AnyPath, ExistingDirectory, Model, Octets, Strings
from sandbox.settings.records import HostPattern
from sandbox.settings.routes import RouteKey


def _readable(text: str) -> str:
    RouteKey.parse(text)
    return text


RouteText: TypeAlias = Annotated[str, AfterValidator(_readable)]


class AccountSettings(Model):
    """One account that is listed."""

    password: str = ""
    """The clear-text password; challenge-response mechanisms need it."""
    addresses: Strings = ()
    """Mail addresses delivered to this account, beside its own name."""


class AccountsSettings(Model):
    """Who may log in."""

    mode: Literal["any", "listed"] = "any"
    """any: every name and password is accepted (a listed name still needs its own password); listed: only those."""
    refused_passwords: Strings = ()
    """Passwords that are refused whoever uses them, for lessons about failed logins."""
    users: dict[str, AccountSettings] = Field(default_factory=dict)
    """The listed accounts, by login name."""


class MailSettings(Model):
    """The mail store behind SMTP, POP3, IMAP and HTTP."""

    samples: bool = True
    """Put a few sample mails into each new mailbox."""


class FilesSettings(Model):
    """The file tree behind FTP and HTTP."""

    directory: ExistingDirectory | None = None
    """Serve this directory and write into it; without it the tree lives in memory."""
    samples: bool = True
    """Put a few sample files into a tree that lives in memory, and into each new home."""
    max_bytes: Octets = 256 * 1024 * 1024
    """Octets a tree in memory may hold; an upload beyond it is refused, nothing stored is dropped."""


class JournalSettings(Model):
    """How much of the timeline is kept; the oldest entries give way."""

    max_events: Annotated[int, Field(ge=1)] = 100_000
    """Entries kept at the most."""
    max_bytes: Annotated[int, Field(ge=1)] = 64 * 1024 * 1024
    """Octets kept at the most."""


#: A date with a time, in TOML or as text; one without a zone is meant in UTC.
Instant: TypeAlias = Annotated[datetime, Field(strict=False)]


class ClockSettings(Model):
    """A clock that starts somewhere else."""

    at: Instant
    """The moment it tells when the sandbox starts."""
    ticking: bool = False
    """Go on from there; otherwise time stands still until the clock is set."""


class TlsSettings(Model):
    """The sandbox's own certificate authority."""

    names: Strings = ("localhost", "127.0.0.1", "::1")
    """Names and addresses in the certificate for clients that name none (SNI)."""


class GlobalSettings(Model):
    """Everything beside the services."""

    host: str = "127.0.0.1"
    """The address every service binds unless it names its own; loopback, so that nobody else can reach it."""
    hostname: str = "sandbox.test"
    """The name the servers call themselves in greetings, identifiers and headers."""
    seed: int = 0
    """From it follow all dice, as those of faults: the same seed, the same throws."""
    clock: Instant | ClockSettings | None = None
    """The moment at which time stands still, as 2026-01-31T12:00:00Z, or { at = ..., ticking = true }; the time of the
    day if not given."""
    state_directory: AnyPath | None = None
    """Where the certificate authority is kept; $SANDBOX_STATE or the user's state directory if not given."""
    accounts: AccountsSettings = AccountsSettings()
    """Who may log in."""
    mail: MailSettings = MailSettings()
    """The mail store."""
    files: FilesSettings = FilesSettings()
    """The file tree."""
    journal: JournalSettings = JournalSettings()
    """The timeline."""
    tls: TlsSettings = TlsSettings()
    """The certificate authority."""
    hosts: dict[HostPattern, Host] = Field(default_factory=dict)
    """Host names, as "www.example.org" or "*.example.org": an address, several, false for none, or a table
    of records."""
    routes: dict[RouteText, str] = Field(default_factory=dict)
    """Which listener or behaviour answers at a host and port, as "192.0.2.1:5566" = "file"."""
