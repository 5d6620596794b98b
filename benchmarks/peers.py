"""The servers we are measured beside: ``python -m benchmarks.peers NAME`` prints a port and serves until it is ended."""

from __future__ import annotations

import asyncio
import json
import socket
import socketserver
import sys
import tempfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


def announce(port: int) -> None:
    """Tell where the server listens."""
    print(port, flush=True)


def free_port() -> int:
    """A port for servers that want to be told one."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def aiosmtpd() -> None:
    """aiosmtpd's own controller, whose handler keeps the messages."""
    from aiosmtpd.controller import Controller

    class Keeper:
        def __init__(self) -> None:
            self.messages: list[bytes] = []

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            self.messages.append(envelope.content)
            return "250 OK"

    port = free_port()
    Controller(Keeper(), hostname=HOST, port=port).start()
    announce(port)
    threading.Event().wait()


def smtpdfix() -> None:
    """smtpdfix, as its fixture runs it."""
    from smtpdfix import AuthController

    port = free_port()
    AuthController(hostname=HOST, port=port).start()
    announce(port)
    threading.Event().wait()


class JsonHandler(BaseHTTPRequestHandler):
    """A handler as tutorials write it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a little JSON."""
        body = json.dumps({"args": {}, "headers": dict(self.headers), "url": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def http_server() -> None:
    """http.server with a thread for each connection."""
    with ThreadingHTTPServer((HOST, 0), JsonHandler) as server:
        announce(server.server_port)
        server.serve_forever()


def pytest_httpserver() -> None:
    """pytest-httpserver with one expected request."""
    from pytest_httpserver import HTTPServer

    with HTTPServer(host=HOST, port=0, threaded=True) as server:
        server.expect_request("/get").respond_with_json({"args": {}, "url": "/get"})
        announce(server.port)
        threading.Event().wait()


def pyftpdlib() -> None:
    """pyftpdlib over a temporary directory."""
    import logging

    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    logging.disable()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        FTPHandler.authorizer = DummyAuthorizer()
        FTPHandler.authorizer.add_user("ann", "secret", directory, perm="elradfmwMT")
        server = FTPServer((HOST, 0), FTPHandler)
        announce(server.address[1])
        server.serve_forever()


class EchoProtocol(asyncio.Protocol):
    """The least an asyncio server can do."""

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        self.transport.write(data)


class EchoDatagrams(asyncio.DatagramProtocol):
    """The same for datagrams."""

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        """Send it back."""
        self.transport.sendto(data, address)


async def _asyncio_tcp() -> None:
    server = await asyncio.get_running_loop().create_server(EchoProtocol, HOST, 0)
    announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _asyncio_udp() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(EchoDatagrams, local_addr=(HOST, 0))
    announce(transport.get_extra_info("sockname")[1])
    await asyncio.Event().wait()


class EchoHandler(socketserver.BaseRequestHandler):
    """An echo as tutorials write it."""

    def handle(self) -> None:
        """Send back what comes until the client closes."""
        while data := self.request.recv(65_536):
            self.request.sendall(data)


class EchoDatagramHandler(socketserver.BaseRequestHandler):
    """The same for datagrams."""

    def handle(self) -> None:
        """Send the datagram back."""
        data, sock = self.request
        sock.sendto(data, self.client_address)


def socketserver_tcp() -> None:
    """socketserver with a thread for each connection."""
    with socketserver.ThreadingTCPServer((HOST, 0), EchoHandler) as server:
        announce(server.server_address[1])
        server.serve_forever()


def socketserver_udp() -> None:
    """socketserver for datagrams."""
    with socketserver.UDPServer((HOST, 0), EchoDatagramHandler) as server:
        announce(server.server_address[1])
        server.serve_forever()


PEERS: dict[str, Callable[[], None]] = {
    "aiosmtpd": aiosmtpd,
    "smtpdfix": smtpdfix,
    "http.server": http_server,
    "pytest-httpserver": pytest_httpserver,
    "pyftpdlib": pyftpdlib,
    "asyncio-tcp": lambda: asyncio.run(_asyncio_tcp()),
    "asyncio-udp": lambda: asyncio.run(_asyncio_udp()),
    "socketserver-tcp": socketserver_tcp,
    "socketserver-udp": socketserver_udp,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]]()
