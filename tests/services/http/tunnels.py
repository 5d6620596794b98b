"""Tunnels by hand, for the tests of the proxy."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

from sandbox.background import BackgroundEngine
from tests.conftest import raw_client

ESTABLISHED = b" 200 Connection established\r\n"


def address(sandbox: BackgroundEngine, listener: str = "main") -> str:
    endpoint = sandbox.endpoint("http", listener)
    return f"{endpoint.host}:{endpoint.port}"


def authority(sandbox: BackgroundEngine) -> str:
    return str(sandbox.call(lambda made: made.authority.certificate))


def connect_to(target: str, *fields: str) -> bytes:
    return "\r\n".join([f"CONNECT {target} HTTP/1.1", f"Host: {target}", *fields, "", ""]).encode()


def tunnel(sandbox: BackgroundEngine, target: str, early: bytes = b"") -> socket.socket:
    """A raw connection on which the tunnel stands; ``early`` is sent in one piece with the head."""
    sock = raw_client(sandbox, "http")
    sock.sendall(connect_to(target) + early)
    assert ESTABLISHED in until_head(sock)
    return sock


def until_head(sock: socket.socket) -> bytes:
    """The head of an answer and not an octet more."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        octet = sock.recv(1)
        assert octet, data
        data += octet
    return data


def over_tls(
    sock: socket.socket, client: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
) -> bytes:
    """Shake hands, ask for a page and return the start of the answer."""

    def finished(step: Callable[[], Any]) -> Any:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))

    finished(client.do_handshake)
    client.write(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")
    return bytes(finished(lambda: client.read(65536)))
