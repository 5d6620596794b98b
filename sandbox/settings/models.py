"""The shapes of the configuration: frozen, strict, every field with a default, a unit and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

TlsMode: TypeAlias = Literal["none", "starttls", "implicit"]
Transport: TypeAlias = Literal["tcp", "udp", "unix"]

Port: TypeAlias = Annotated[int, Field(ge=0, le=65535)]
Seconds: TypeAlias = Annotated[float, Field(ge=0)]
Octets: TypeAlias = Annotated[int, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
Strings: TypeAlias = Annotated[tuple[str, ...], Field(strict=False)]


class Model(BaseModel):
    """Base of every table of the configuration: unknown keys and wrong types are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def _resolved(path: Path, info: ValidationInfo) -> Path:
    base = info.context.get("base") if isinstance(info.context, dict) else None
    path = path.expanduser()
    return path if path.is_absolute() or base is None else Path(base) / path


def _file(path: Path, info: ValidationInfo) -> Path:
    path = _resolved(path, info)
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def _directory(path: Path, info: ValidationInfo) -> Path:
    path = _resolved(path, info)
    if not path.is_dir():
        raise ValueError(f"there is no directory {path}")
    return path


#: A path, relative to the configuration file; it need not exist.
AnyPath: TypeAlias = Annotated[Path, Field(strict=False), AfterValidator(_resolved)]
#: A file that must exist, relative to the configuration file.
ExistingFile: TypeAlias = Annotated[Path, Field(strict=False), AfterValidator(_file)]
#: A directory that must exist, relative to the configuration file.
ExistingDirectory: TypeAlias = Annotated[Path, Field(strict=False), AfterValidator(_directory)]


class ListenerSettings(Model):
    """One bound address of a service."""

    host: str | None = None
    """The address to bind; the service's own host if not given. Ignored for a Unix-domain socket."""
    port: Port = 0
    """The port to bind; 0 takes any free one."""
    path: AnyPath | None = None
    """Bind a Unix-domain stream socket at this path instead of a host and port."""
    tls: TlsMode = "none"
    """none: plain text only; starttls: plain text, and the client may upgrade; implicit: TLS from the first byte."""

    @model_validator(mode="after")
    def _path_or_port(self) -> ListenerSettings:
        if self.path is not None and self.port:
            raise ValueError("give either port or path, not both")
        return self


class Limits(Model):
    """What one listener and one of its connections may use."""

    connections: Annotated[int, Field(ge=1)] = 500
    """Connections open at the same time, for each listener; further ones are told so and closed."""
    idle_timeout: Seconds = 300.0
    """Seconds without a byte in either direction after which a connection is closed; 0 means never."""


class ServiceSettings(Model):
    """What every service has: a main listener, further listeners by name, and limits."""

    host: str = "127.0.0.1"
    """The address all listeners of the service bind, unless they name their own; the general host if not given."""
    listeners: Mapping[str, ListenerSettings] = Field(default_factory=dict)
    """Further listeners, each under a name of your choice."""
    limits: Limits = Limits()
    """Bounds for each listener and connection."""

    @field_validator("limits", mode="before")
    @classmethod
    def _over_the_defaults(cls, value: object) -> object:
        # A service may have limits of its own; a table that names one of them leaves the others as they are.
        return cls.model_fields["limits"].default.model_dump() | value if isinstance(value, dict) else value

    def bindings(self) -> list[Binding]:
        """Every address the service will bind, the main listener first."""
        return [self._binding(name, listener) for name, listener in self.listeners.items()]

    def _binding(self, name: str, listener: ListenerSettings) -> Binding:
        transport: Transport = "unix" if listener.path is not None else "tcp"
        return Binding(
            name=name,
            transport=transport,
            host=listener.host or self.host,
            port=listener.port,
            path=listener.path,
            tls=listener.tls,
        )


class MainListenerSettings(ServiceSettings):
    """A service whose main listener is set by the table itself; further ones stand in ``listeners``.

    Subclasses give ``port`` its default.
    """

    port: Port = 0
    """The port of the main listener; 0 takes any free one."""
    path: AnyPath | None = None
    """Bind the main listener to a Unix-domain stream socket at this path instead."""
    tls: TlsMode = "none"
    """The TLS mode of the main listener: none, starttls or implicit."""

    @model_validator(mode="after")
    def _path_or_port(self) -> MainListenerSettings:
        if self.path is not None and self.port and "port" in self.model_fields_set:
            raise ValueError("give either port or path, not both")
        return self

    def bindings(self) -> list[Binding]:
        """The main listener, named ``main``, then the others."""
        main = ListenerSettings.model_construct(host=None, port=self.port, path=self.path, tls=self.tls)
        return [self._binding("main", main), *super().bindings()]


class Binding(Model):
    """A listener with everything inherited filled in: what ``net`` is asked to open."""

    name: str
    transport: Transport
    host: str
    port: Port
    path: Path | None = None
    tls: TlsMode = "none"

    @property
    def address(self) -> str:
        """As people write it: ``host:port``, ``[host]:port`` or a path."""
        if self.path is not None:
            return str(self.path)
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


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
