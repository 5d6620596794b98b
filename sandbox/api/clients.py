"""Clients of the standard library, connected and logged in, and closed at the end by whoever made them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sandbox.api.services import PASSWORD, TIMEOUT, USER, Listener

if TYPE_CHECKING:
    import ftplib
    import http.client
    import imaplib
    import poplib
    import smtplib
    import ssl
    import urllib.request
    import xmlrpc.client

    from sandbox.stores.accounts import Accounts


class Clients:
    """Makes clients and remembers them. ``thread`` is the sandbox' own, which must never wait for itself."""

    def __init__(self, trust: Callable[[], ssl.SSLContext], accounts: Accounts, thread: int) -> None:
        self._trust = trust
        self._accounts = accounts
        self._thread = thread
        self._open: list[Callable[[], object]] = []

    def close(self) -> None:
        """Close what the test has not closed."""
        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop()()

    def smtp(self, at: Listener, user: str | None, password: str | None, *, starttls: bool) -> smtplib.SMTP:
        """See Smtp.client."""
        import smtplib

        self._check()
        if at.tls == "implicit":
            client: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=TIMEOUT, context=self._trust())
        else:
            client = smtplib.SMTP(at.host, at.port, timeout=TIMEOUT)
        with self._keep(client.close):
            if starttls:
                client.starttls(context=self._trust())
            if user is not None:
                client.login(*self._login(user, password))
        return client

    def pop3(self, at: Listener, user: str | None, password: str | None, *, starttls: bool) -> poplib.POP3:
        """See Pop3.client."""
        import poplib

        self._check()
        if at.tls == "implicit":
            client: poplib.POP3 = poplib.POP3_SSL(at.host, at.port, timeout=TIMEOUT, context=self._trust())
        else:
            client = poplib.POP3(at.host, at.port, timeout=TIMEOUT)
        with self._keep(client.close):
            if starttls:
                client.stls(context=self._trust())
            name, secret = self._login(user, password)
            client.user(name)
            client.pass_(secret)
        return client

    def imap(
        self, at: Listener, user: str | None, password: str | None, *, starttls: bool, mailbox: str | None
    ) -> imaplib.IMAP4:
        """See Imap.client."""
        import imaplib

        self._check()
        if at.tls == "implicit":
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                at.host, at.port, timeout=TIMEOUT, ssl_context=self._trust()
            )
        else:
            client = imaplib.IMAP4(at.host, at.port, timeout=TIMEOUT)
        with self._keep(client.shutdown):
            if starttls:
                client.starttls(ssl_context=self._trust())
            client.login(*self._login(user, password))
            if mailbox is not None:
                client.select(mailbox)
        return client

    def ftp(self, at: Listener, user: str | None, password: str | None, *, tls: bool) -> ftplib.FTP:
        """See Ftp.client."""
        import ftplib

        self._check()
        if at.tls == "implicit" or tls:
            from sandbox.api.ftps import connected

            client: ftplib.FTP = connected(at, self._trust(), TIMEOUT)
        else:
            client = ftplib.FTP(timeout=TIMEOUT, encoding="utf-8")
            client.connect(at.host, at.port)
        with self._keep(client.close):
            client.login(*self._login(user, password))
            if isinstance(client, ftplib.FTP_TLS):
                client.prot_p()
        return client

    def http(self, at: Listener) -> http.client.HTTPConnection:
        """See Http.client."""
        import http.client

        self._check()
        if at.tls == "implicit":
            client: http.client.HTTPConnection = http.client.HTTPSConnection(
                at.host, at.port, timeout=TIMEOUT, context=self._trust()
            )
        else:
            client = http.client.HTTPConnection(at.host, at.port, timeout=TIMEOUT)
        with self._keep(client.close):
            client.connect()
        return client

    def opener(self) -> urllib.request.OpenerDirector:
        """See Http.opener."""
        import urllib.request

        self._check()
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=self._trust()),
            urllib.request.HTTPCookieProcessor(),
        )

    def xmlrpc(self, at: Listener, *, allow_none: bool) -> xmlrpc.client.ServerProxy:
        """See XmlRpc.client."""
        import xmlrpc.client

        self._check()
        context = self._trust() if at.tls == "implicit" else None
        client = xmlrpc.client.ServerProxy(f"{at.url}/", allow_none=allow_none, context=context)
        closing: Any = client("close")
        with self._keep(closing):
            return client

    def tcp(self, at: Listener) -> socket.socket:
        """See Tcp.client."""
        self._check()
        client = socket.create_connection(at.address, timeout=TIMEOUT)
        if at.tls == "implicit":
            client = self._trust().wrap_socket(client, server_hostname=at.host)
        with self._keep(client.close):
            return client

    def udp(self, at: Listener) -> socket.socket:
        """See Udp.client."""
        self._check()
        client = socket.socket(socket.AF_INET6 if ":" in at.host else socket.AF_INET, socket.SOCK_DGRAM)
        with self._keep(client.close):
            client.settimeout(TIMEOUT)
            client.connect(at.address)
        return client

    def _login(self, user: str | None, password: str | None) -> tuple[str, str]:
        """Name and password: those of a listed account, the first one if none is named, else any."""
        listed = {account.name.lower(): account for account in self._accounts.listed}
        if user is None:
            user = next(iter(listed.values())).name if listed else USER
        account = listed.get(user.lower())
        if password is None:
            password = account.password if account is not None else None
        return user, PASSWORD if password is None else password

    @contextlib.contextmanager
    def _keep(self, close: Callable[[], object]) -> Iterator[None]:
        """Close it at the end; at once if the login fails."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(OSError):
                close()
            raise
        self._open.append(close)

    def _check(self) -> None:
        if threading.get_ident() == self._thread:
            raise RuntimeError(
                "this client would block the loop that serves it: ask for it, and use it, in another thread, "
                "as with asyncio.to_thread()"
            )
