"""What the sandbox is in a thread of its own and on the caller's loop alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sandbox.api.calling import Call
from sandbox.api.clients import Clients
from sandbox.api.environment import environment_of
from sandbox.api.faults import FaultRules
from sandbox.api.services import (
    Control,
    Dns,
    Ftp,
    Http,
    Imap,
    Listener,
    Pop3,
    Service,
    Smtp,
    Tcp,
    Udp,
    XmlRpc,
)
from sandbox.api.stubs import StubRules
from sandbox.clock import Clock
from sandbox.engine import Engine
from sandbox.observation import Observer
from sandbox.settings import Configuration

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
S = TypeVar("S", bound=Service)


class Running:
    """What there is only while the sandbox runs."""

    def __init__(self, engine: Engine, thread: int, call: Call) -> None:
        self.engine = engine
        self.clients = Clients(lambda: self.ssl_context, engine.accounts, thread)
        self.faults = FaultRules(call)
        self.stubs = StubRules(call)
        self.observer = Observer(engine)
        self._services: dict[str, Service] = {}

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """Made when first asked for: it may have to make the authority."""
        return self.engine.authority.client_context()

    @cached_property
    def listeners(self) -> list[Listener]:
        """In the order of the configuration."""
        return [Listener.of(end) for end in self.engine.endpoints]

    def service(self, name: str, kind: type[S]) -> S:
        """A service that runs. Raises AttributeError with the names there are."""
        found = self._services.get(name)
        if not isinstance(found, kind):
            listeners = [listener for listener in self.listeners if listener.service == name]
            if not listeners:
                known = ", ".join(dict.fromkeys(listener.service for listener in self.listeners))
                raise AttributeError(f"the sandbox runs no {name}, but: {known}")
            self._services[name] = found = kind(name, listeners, self.clients, self.stubs)
        return found


class Facade(ABC):
    """The services, how to trust them, what goes wrong with them, and what time it is."""

    def __init__(self, configuration: Configuration, clock: Clock) -> None:
        self.configuration = configuration
        self.clock = clock
        self._running: Running | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._running is not None

    @property
    def smtp(self) -> Smtp:
        """The SMTP service."""
        return self._now.service("smtp", Smtp)

    @property
    def pop3(self) -> Pop3:
        """The POP3 service."""
        return self._now.service("pop3", Pop3)

    @property
    def imap(self) -> Imap:
        """The IMAP service."""
        return self._now.service("imap", Imap)

    @property
    def ftp(self) -> Ftp:
        """The FTP service."""
        return self._now.service("ftp", Ftp)

    @property
    def http(self) -> Http:
        """The HTTP service."""
        return self._now.service("http", Http)

    @property
    def xmlrpc(self) -> XmlRpc:
        """The XML-RPC service."""
        return self._now.service("xmlrpc", XmlRpc)

    @property
    def tcp(self) -> Tcp:
        """The small servers on TCP."""
        return self._now.service("tcp", Tcp)

    @property
    def udp(self) -> Udp:
        """The small servers on UDP."""
        return self._now.service("udp", Udp)

    @property
    def dns(self) -> Dns:
        """The DNS service."""
        return self._now.service("dns", Dns)

    @property
    def control(self) -> Control:
        """The control interface."""
        return self._now.service("control", Control)

    def service(self, name: str) -> Service:
        """Any service by name. Raises AttributeError with the names of those that run."""
        return self._now.service(name, Service)

    @property
    def listeners(self) -> list[Listener]:
        """Where everything listens."""
        return list(self._now.listeners)

    @property
    def faults(self) -> FaultRules:
        """What goes wrong."""
        return self._now.faults

    @property
    def stubs(self) -> StubRules:
        """What is expected, and answered instead of what the services would say."""
        return self._now.stubs

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """For clients: it trusts the sandbox' authority, and nobody else."""
        return self._now.ssl_context

    @property
    def certificate(self) -> Path:
        """The authority's certificate in PEM form."""
        return self._now.engine.authority.certificate

    @property
    def env(self) -> dict[str, str]:
        """Variables for programs that are started: ``subprocess.run(…, env=os.environ | sandbox.env)``."""
        return environment_of(self._now.listeners, self.certificate)

    @abstractmethod
    def call(self, function: Callable[[Engine], T]) -> T:
        """Call ``function`` with the engine, where it runs: its journal, its mail, its files belong to that thread."""

    @property
    def _now(self) -> Running:
        if self._running is None:
            raise RuntimeError("the sandbox is not running")
        return self._running
