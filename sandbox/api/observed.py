"""The services of a sandbox that runs in a thread of its own, which also tell what happened at them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sandbox.api.asking import (
    Asking,
    CallAsking,
    CheckAsking,
    CommandAsking,
    DatagramAsking,
    JournalAsking,
    MailAsking,
    RequestAsking,
    StreamAsking,
    UploadAsking,
)
from sandbox.api.facade import Facade
from sandbox.api.services import Ftp, Http, Imap, Pop3, Smtp, Tcp, Udp, XmlRpc

A = TypeVar("A", bound=Asking)
T = TypeVar("T")


class ObservedSmtp(Smtp, CommandAsking):
    """The SMTP service, and what its clients said; ``sandbox.mail`` has the mail."""


class ObservedPop3(Pop3, CommandAsking):
    """The POP3 service, and what its clients said."""


class ObservedImap(Imap, CommandAsking):
    """The IMAP service, and what its clients said."""


class ObservedFtp(Ftp, UploadAsking):
    """The FTP service, what its clients said and stored, and the tree."""


class ObservedHttp(Http, RequestAsking):
    """The HTTP service, and the requests that came to it."""


class ObservedXmlRpc(XmlRpc, CallAsking):
    """The XML-RPC service, and the calls that came to it or to HTTP."""


class ObservedTcp(Tcp, StreamAsking):
    """The small servers on TCP, and what they received."""


class ObservedUdp(Udp, DatagramAsking):
    """The small servers on UDP, and what they received."""


class Observed(Facade):
    """A facade whose services can be asked what happened."""

    @property
    def smtp(self) -> ObservedSmtp:
        return self._asked(self._now.service("smtp", ObservedSmtp))

    @property
    def pop3(self) -> ObservedPop3:
        return self._asked(self._now.service("pop3", ObservedPop3))

    @property
    def imap(self) -> ObservedImap:
        return self._asked(self._now.service("imap", ObservedImap))

    @property
    def ftp(self) -> ObservedFtp:
        return self._asked(self._now.service("ftp", ObservedFtp))

    @property
    def http(self) -> ObservedHttp:
        return self._asked(self._now.service("http", ObservedHttp))

    @property
    def xmlrpc(self) -> ObservedXmlRpc:
        return self._asked(self._now.service("xmlrpc", ObservedXmlRpc))

    @property
    def tcp(self) -> ObservedTcp:
        return self._asked(self._now.service("tcp", ObservedTcp))

    @property
    def udp(self) -> ObservedUdp:
        return self._asked(self._now.service("udp", ObservedUdp))

    @property
    def mail(self) -> MailAsking:
        """The mail that was accepted."""
        return self._asked(MailAsking())

    @property
    def journal(self) -> JournalAsking:
        """The timeline of everything that happened."""
        return self._asked(JournalAsking())

    @property
    def check(self) -> CheckAsking:
        """What a well-behaved client does."""
        return self._asked(CheckAsking([listener.service for listener in self._now.listeners]))

    @abstractmethod
    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await ``function()`` where the engine runs."""

    def _asked(self, found: A) -> A:
        found.ask(self._now.observer, self)
        return found
