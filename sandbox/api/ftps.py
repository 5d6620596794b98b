"""FTP over TLS, also from the first byte, which ftplib does not know."""

from __future__ import annotations

import ftplib
import socket
import ssl

from sandbox.api.services import Listener


class ImplicitFtpTls(ftplib.FTP_TLS):
    """An FTP_TLS whose control connection is encrypted from the start (port 990)."""

    _socket: socket.socket | None = None

    @property
    def sock(self) -> socket.socket | None:
        """The control connection; ftplib sets it as soon as it is there."""
        return self._socket

    @sock.setter
    def sock(self, value: socket.socket | None) -> None:
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self._socket = value


def connected(at: Listener, trust: ssl.SSLContext, timeout: float) -> ftplib.FTP_TLS:
    """A connected client whose next word is the login, by then under TLS."""
    kind = ImplicitFtpTls if at.tls == "implicit" else ftplib.FTP_TLS
    client = kind(context=trust, timeout=timeout, encoding="utf-8")
    try:
        client.connect(at.host, at.port)
        if at.tls != "implicit":
            client.auth()
    except BaseException:
        client.close()
        raise
    return client
