"""Where the services of a sandbox are, and clients of the standard library that are connected to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.api.stubs import (
    ExpectedCall,
    ExpectedDatagram,
    ExpectedOctets,
    ExpectedRequest,
    StubRules,
    TextRule,
)
from sandbox.net.listener import Endpoint
from sandbox.settings.models import host_and_port
from sandbox.stubs import CallRequest, HttpRequest, OctetsRequest
from sandbox.stubs.matching import is_literal

if TYPE_CHECKING:  # a client's library is loaded by who asks for the client
    import ftplib
    import http.client
    import imaplib
    import poplib
    import smtplib
    import socket
    import urllib.request
    import xmlrpc.client

    from sandbox.api.clients import Clients

#: Who logs in when nobody is named.
USER = "user"
PASSWORD = "secret"
TIMEOUT = 5.0  # seconds a client waits

_SCHEMES = {"xmlrpc": "http", "control": "http"}


@dataclass(frozen=True, slots=True)
class Listener:
    """One address at which a service answers. ``tls`` is ``none``, ``starttls`` or ``implicit``."""

    service: str
    name: str
    transport: str
    host: str
    port: int
    tls: str
    path: str | None = None

    @property
    def address(self) -> tuple[str, int]:
        """As ``socket.create_connection`` takes it."""
        return self.host, self.port

    @property
    def netloc(self) -> str:
        """As it stands in a URL, ``127.0.0.1:2080``."""
        return host_and_port(self.host, self.port)

    @property
    def url(self) -> str:
        """As a URL without a path, ``https://127.0.0.1:2443``."""
        scheme = _SCHEMES.get(self.service, self.service)
        return f"{scheme}{'s' if self.tls == 'implicit' else ''}://{self.netloc}"

    @classmethod
    def of(cls, end: Endpoint) -> Listener:
        """The listener of an endpoint of the engine."""
        return cls(end.service, end.listener, end.transport, end.host, end.port, end.tls, end.path)


class Service:
    """A service that runs. What it says of itself is its main listener's."""

    def __init__(self, name: str, listeners: Sequence[Listener], clients: Clients, stubs: StubRules) -> None:
        self.name = name
        self.listeners = {listener.name: listener for listener in listeners}
        self._clients = clients
        self._stubs = stubs

    def __repr__(self) -> str:
        return f"<{self.name}: {', '.join(f'{each.name} {each.url}' for each in self.listeners.values())}>"

    def listener(self, name: str = "main") -> Listener:
        """One listener. Raises LookupError, with the names there are."""
        try:
            return self.listeners[name]
        except KeyError:
            known = ", ".join(self.listeners)
            raise LookupError(f"{self.name} has no listener {name!r}, but: {known}") from None

    @property
    def main(self) -> Listener:
        """The main listener, or the only one."""
        if len(self.listeners) == 1:
            return next(iter(self.listeners.values()))
        return self.listener()

    @property
    def host(self) -> str:
        """The address it is bound to."""
        return self.main.host

    @property
    def port(self) -> int:
        """The port it is bound to."""
        return self.main.port

    @property
    def tls(self) -> str:
        """How TLS starts: ``none``, ``starttls``, ``implicit``."""
        return self.main.tls

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, as ``socket.create_connection`` takes them."""
        return self.main.address

    @property
    def url(self) -> str:
        """As a URL without a path."""
        return self.main.url

    def _where(self, listener: str | None) -> Listener:
        return self.main if listener is None else self.listener(listener)

    def _heard(self, listener: str | None) -> str | None:
        """The same, for a stub: some pattern, or a listener there is. Raises LookupError."""
        if listener is not None and is_literal(listener):
            self.listener(listener)
        return listener


class Smtp(Service):
    """The SMTP service."""

    def client(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        listener: str | None = None,
        starttls: bool = False,
    ) -> smtplib.SMTP:
        """A connected client, an SMTP_SSL for implicit TLS; logged in if a user is named."""
        return self._clients.smtp(self._where(listener), user, password, starttls=starttls)


class Pop3(Service):
    """The POP3 service."""

    def client(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        listener: str | None = None,
        starttls: bool = False,
    ) -> poplib.POP3:
        """A logged-in client, a POP3_SSL for implicit TLS."""
        return self._clients.pop3(self._where(listener), user, password, starttls=starttls)


class Imap(Service):
    """The IMAP service."""

    def client(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        listener: str | None = None,
        starttls: bool = False,
        mailbox: str | None = "INBOX",
    ) -> imaplib.IMAP4:
        """A logged-in client, an IMAP4_SSL for implicit TLS, with a mailbox selected unless that is None."""
        return self._clients.imap(self._where(listener), user, password, starttls=starttls, mailbox=mailbox)


class Ftp(Service):
    """The FTP service."""

    def client(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        listener: str | None = None,
        tls: bool = False,
    ) -> ftplib.FTP:
        """A logged-in client. With ``tls``, and for implicit TLS, an FTP_TLS with protected data connections."""
        return self._clients.ftp(self._where(listener), user, password, tls=tls)


class Web(Service):
    """A service that has pages."""

    def url_for(self, path: str, *, listener: str | None = None) -> str:
        """The URL of a path."""
        return f"{self._where(listener).url}/{path.removeprefix('/')}"


class Http(Web):
    """The HTTP service."""

    def client(self, *, listener: str | None = None) -> http.client.HTTPConnection:
        """A connected client, an HTTPSConnection for implicit TLS."""
        return self._clients.http(self._where(listener))

    def opener(self) -> urllib.request.OpenerDirector:
        """An opener of urllib that trusts the sandbox, asks no proxy and keeps cookies."""
        return self._clients.opener()

    def expect(
        self,
        method: TextRule = None,
        path: TextRule = None,
        *,
        host: TextRule = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes | str | re.Pattern[Any] | Callable[[bytes], object] | None = None,
        listener: str | None = None,
        matches: Callable[[HttpRequest], object] | None = None,
        times: int | None = None,
        ordered: str | None = None,
        name: str = "",
    ) -> ExpectedRequest:
        """Expect requests, and answer them before any page does; of several that fit the last one answers.

        ``path`` is as ``/orders/{id}``, with ``*`` for anything, or a regular expression as ``/^…/``. Mappings have at
        least the members that are named, texts in them fit as all do. ``matches`` is asked about the whole request.
        ``times`` are the requests after which the stub rests; of the stubs with the same word in ``ordered`` only the
        first that does not rest yet answers. Raises ValueError.
        """
        wanted = {
            "method": method,
            "path": path,
            "host": host,
            "query": query,
            "headers": headers,
            "json": json,
            "form": form,
            "body": body,
            "listener": self._heard(listener),
        }
        return self._stubs.expect(
            ExpectedRequest, "http", wanted, matches=matches, times=times, ordered=ordered, name=name
        )


class XmlRpc(Service):
    """The XML-RPC service."""

    def client(self, *, listener: str | None = None, allow_none: bool = True) -> xmlrpc.client.ServerProxy:
        """A proxy of the server."""
        return self._clients.xmlrpc(self._where(listener), allow_none=allow_none)

    def expect(
        self,
        method: TextRule = None,
        params: Sequence[Any] | Callable[[tuple[Any, ...]], object] | None = None,
        *,
        matches: Callable[[CallRequest], object] | None = None,
        times: int | None = None,
        ordered: str | None = None,
        name: str = "",
    ) -> ExpectedCall:
        """Expect calls, wherever they come in, and answer them before any function does; see :meth:`Http.expect`."""
        wanted = {"method": method, "params": params}
        return self._stubs.expect(
            ExpectedCall, "xmlrpc", wanted, matches=matches, times=times, ordered=ordered, name=name
        )


class Tcp(Service):
    """The small servers on TCP, a listener each."""

    def client(self, listener: str | None = None) -> socket.socket:
        """A connected socket with a time-out."""
        return self._clients.tcp(self._where(listener))

    def expect(
        self,
        data: bytes | str | re.Pattern[Any] | Callable[[bytes], object] | None = None,
        *,
        listener: str | None = None,
        matches: Callable[[OctetsRequest], object] | None = None,
        times: int | None = None,
        ordered: str | None = None,
        name: str = "",
    ) -> ExpectedOctets:
        """Expect octets at a listener, and answer them before its behaviour does; see docs/stubs.md."""
        wanted = {"data": data, "listener": self._heard(listener)}
        return self._stubs.expect(
            ExpectedOctets, "tcp", wanted, matches=matches, times=times, ordered=ordered, name=name
        )


class Udp(Service):
    """The small servers on UDP, a listener each."""

    def client(self, listener: str | None = None) -> socket.socket:
        """A socket with a time-out that sends to the listener and hears it alone."""
        return self._clients.udp(self._where(listener))

    def expect(
        self,
        data: bytes | str | re.Pattern[Any] | Callable[[bytes], object] | None = None,
        *,
        listener: str | None = None,
        matches: Callable[[OctetsRequest], object] | None = None,
        times: int | None = None,
        ordered: str | None = None,
        name: str = "",
    ) -> ExpectedDatagram:
        """Expect datagrams at a listener, and answer them before its behaviour does; see :meth:`Http.expect`."""
        wanted = {"data": data, "listener": self._heard(listener)}
        return self._stubs.expect(
            ExpectedDatagram, "udp", wanted, matches=matches, times=times, ordered=ordered, name=name
        )


class Control(Web):
    """The control interface, over HTTP."""


class Dns(Service):
    """The DNS service."""
