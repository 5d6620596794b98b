"""The exceptions of socket and ssl."""

from __future__ import annotations

import socket
import ssl

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.exceptions.http import SHORT
from tests.exceptions.registry import Provocation, Section


def echo(environment: Environment) -> None:
    """says something to the echo server, and waits for its answer."""
    with socket.create_connection((HOST, environment.port("tcp", "echo")), TIMEOUT) as client:
        client.sendall(b"Hello!")
        client.recv(100)


def echo_for_a_moment(environment: Environment) -> None:
    """says something to the echo server, and waits for a moment."""
    with socket.create_connection((HOST, environment.port("tcp", "echo")), TIMEOUT) as client:
        client.settimeout(SHORT)
        client.sendall(b"Hello!")
        client.recv(100)


def echo_datagram(environment: Environment) -> None:
    """sends a datagram to the echo server, and waits for a moment."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(SHORT)
        client.connect((HOST, environment.port("udp", "echo")))
        client.send(b"Hello!")
        client.recv(100)


def shake_hands(environment: Environment) -> None:
    """connects to the IMAP server by TLS."""
    address = HOST, environment.port("imap", "imaps")
    with socket.create_connection(address, TIMEOUT) as client:
        environment.trust.wrap_socket(client, server_hostname=HOST).close()


def _tls(effect: str) -> str:
    return f'{{ on = "imap.tls", effect = {{ {effect} }} }}'


def _flaw(flaw: str) -> Provocation:
    rule = _tls(f'kind = "bad-certificate", flaw = "{flaw}"')
    return Provocation(ssl.SSLCertVerificationError, rule, shake_hands)


SOCKETS = Section(
    "socket",
    (
        Provocation(TimeoutError, '{ on = "tcp", effect = { kind = "silence" } }', echo_for_a_moment),
        Provocation(TimeoutError, '{ on = "udp.datagram", effect = { kind = "drop" } }', echo_datagram),
        Provocation(
            ConnectionResetError, '{ on = "tcp", effect = { kind = "limit", then = "reset" } }', echo
        ),
    ),
)

TLS = Section(
    "ssl",
    (
        *map(_flaw, ("expired", "not-yet-valid", "wrong-host", "self-signed", "unknown-authority")),
        Provocation(ssl.SSLEOFError, _tls('kind = "old-tls"'), shake_hands),
        Provocation(ssl.SSLError, _tls('kind = "broken-tls"'), shake_hands),
    ),
)
