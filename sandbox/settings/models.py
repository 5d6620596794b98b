"""The shapes of the configuration: frozen, strict, every field with a default, a unit and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeAlias, get_args

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


def choices(union: Any, discriminator: str) -> frozenset[str]:
    """The words by which one of an annotated union of models is chosen."""
    members: tuple[type[Model], ...] = get_args(get_args(union)[0])
    return frozenset(
        word for member in members for word in get_args(member.model_fields[discriminator].annotation)
    )


def _resolved(path: Path, info: ValidationInfo) -> Path:
    base = info.context.get("base") if isinstance(info.context, dict) else None
    try:
        path = path.expanduser()
        path.exists()
    except (OSError, RuntimeError) as error:  # too long a name, nobody's home
        raise ValueError(f"{error}") from None
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


class Expected(NamedTuple):
    """Which listener is meant where clients expect a service; another one with the same start of TLS will do."""

    listener: str
    implicit_tls: bool = False
    transport: Transport = "tcp"


def event_names(names: str) -> frozenset[str]:
    """The events of a service, written with blanks between them."""
    return frozenset(names.split())


class ServiceSettings(Model):
    """What every service has: a main listener, further listeners by name, and limits."""

    #: The well-known ports of the service (RFC 6335 §6), for whoever uses real host names and ports.
    well_known: ClassVar[Mapping[int, Expected]] = {}
    #: The events that fault rules can name, in lower case; None if nobody has said which there are.
    events: ClassVar[frozenset[str] | None] = None

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

    def expected_listeners(self) -> Mapping[tuple[Transport, int], str]:
        """Which listener answers at each of the service's well-known ports; ports that have none are left out."""
        found: dict[tuple[Transport, int], str] = {}
        for port, expected in self.well_known.items():
            fitting = [
                binding.name
                for binding in self.bindings()
                if binding.transport == expected.transport
                and (binding.tls == "implicit") == expected.implicit_tls
            ]
            if fitting:
                named = expected.listener in fitting
                found[expected.transport, port] = expected.listener if named else fitting[0]
        return found

    @classmethod
    def has_event(cls, name: str) -> bool:
        """Whether a fault rule may name this event."""
        return cls.events is None or name in cls.events

    def listener_names(self) -> frozenset[str] | None:
        """The names of the listeners, for fault rules; None where nothing is known of the events either."""
        return None if self.events is None else frozenset(binding.name for binding in self.bindings())

    @classmethod
    def listener_of(cls, behaviour: str) -> dict[str, Any] | None:
        """The table of a listener that needs no more than this name, or None: most services have no such choice."""
        return None

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


def host_and_port(host: str, port: int) -> str:
    """``host:port`` as people write it, an IPv6 address in brackets (RFC 3986 §3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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
        return host_and_port(self.host, self.port) if self.path is None else str(self.path)
