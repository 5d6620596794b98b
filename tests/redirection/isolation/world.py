"""A program that isolates itself, starts a sandbox in there, and tells as JSON what its clients see.

Run by ``test_world.py``, as a process of its own: nobody comes back from namespaces.
"""

from __future__ import annotations

import ftplib
import io
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.redirection import isolation
from sandbox.redirection.isolation import servers
from sandbox.settings import load_mapping

CONFIGURATION = {
    "files": {"samples": False},
    "hosts": {"www.onego.ru": "195.161.136.4", "gone.example.org": False},
    "routes": {
        "192.168.0.102:5566": "tcp.upper",
        "one.example.org:5577": "tcp.upper",
        "*.many.example.org:5588": "tcp.upper",
        "localhost:8000": "tcp.upper",
        "localhost:5566": "tcp.time",
        "10.0.0.7:5599/udp": "udp.upper",
    },
    "services": {
        "tcp": {
            "listeners": {
                "echo": {"behaviour": "echo"},
                "upper": {"behaviour": "upper"},
                "time": {"behaviour": "time"},
            }
        },
        "udp": {"listeners": {"echo": {"behaviour": "echo"}, "upper": {"behaviour": "upper"}}},
        "ftp": {},
        "http": {"listeners": {"https": {"tls": "implicit"}}},
        "dns": {},
    },
}
TIMEOUT = 5
CHECKS: list[Callable[[], Any]] = []


def check(function: Callable[[], Any]) -> Callable[[], Any]:
    """What it returns, or the error it raises, stands in the answer under its name."""
    CHECKS.append(function)
    return function


def main(log: Path) -> None:
    reason = isolation.unavailable()
    if reason is not None:
        print(json.dumps({"unavailable": reason}))
        return
    user, directory = os.getuid(), Path.cwd()
    isolation.enter()
    servers.PATIENCE = 0
    found: dict[str, Any] = {"same_user": os.getuid() == user, "same_directory": Path.cwd() == directory}
    from sandbox.redirection.isolation.run import opened

    sandbox = Engine(load_mapping(CONFIGURATION, REGISTRY), free_ports=True)
    with BackgroundEngine(sandbox) as background, opened(background, log=log, executable=sys.executable):
        for each in CHECKS:
            try:
                found[each.__name__] = each()
            except Exception as error:
                found[each.__name__] = f"{type(error).__name__} {getattr(error, 'errno', None) or error}"
    found["crashes"] = [str(entry.event) for entry in sandbox.journal if "Crashed" in str(entry.event)]
    print(json.dumps(found))


def said(host: str, port: int, data: bytes = b"hello\n") -> str:
    with socket.create_connection((host, port), timeout=TIMEOUT) as client:
        client.sendall(data)
        return client.recv(100).decode()


def answered(host: str, port: int, data: bytes) -> tuple[bytes, tuple[Any, ...]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT)
        client.sendto(data, (host, port))
        return client.recvfrom(65536)


def answered_by(server: socket.socket) -> str:
    """What a server of this program's own says on port 53 of this machine."""
    server.settimeout(TIMEOUT)
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT)
        client.sendto(b"hello", ("127.0.0.1", 53))
        server.sendto(b"own", server.recvfrom(100)[1])
        return client.recv(100).decode()


def served(server: socket.socket, host: str, port: int) -> str:
    """Which server a client reaches: this one, or another that says something."""
    with server, socket.create_connection((host, port), timeout=TIMEOUT) as client:
        client.sendall(b"hello\n")
        server.settimeout(0.5)
        try:
            accepted, _ = server.accept()
        except TimeoutError:
            return client.recv(100).decode()
        accepted.close()
        return "own"


def listed(host: str, *, passive: bool) -> list[str]:
    with ftplib.FTP(timeout=TIMEOUT) as client:
        client.connect(host, 21)
        client.login("ann", "secret")
        client.set_pasv(passive)
        client.storbinary("STOR a.txt", io.BytesIO(b"hello"))
        return client.nlst()


def python(code: str) -> str:
    """What another Python tells, or what is wrong with it."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.stdout.strip() or done.stderr


# Names


@check
def configured_name() -> Any:
    return socket.gethostbyname("www.onego.ru")


@check
def made_up_name() -> Any:
    return socket.gethostbyaddr(socket.gethostbyname("www.example.org"))[0]


@check
def absent_name() -> Any:
    return socket.gethostbyname("gone.example.org")


# Connections


@check
def well_known_port() -> Any:
    return said("echo.example.org", 7)


@check
def well_known_port_of_ipv6() -> Any:
    return said("fd5a:5a5a::99", 7)


@check
def host_with_a_route() -> Any:
    return said("192.168.0.102", 5566), said("one.example.org", 5577), said("localhost", 8000)


@check
def other_host_at_that_port() -> Any:
    return said("192.168.0.103", 5566)


@check
def other_name_at_that_port() -> Any:
    return said("two.example.org", 5577)


@check
def name_that_a_pattern_means() -> Any:
    return said("a.many.example.org", 5588)


@check
def name_that_no_pattern_means() -> Any:
    return said("two.example.org", 5588)


@check
def port_without_a_route() -> Any:
    return said("nowhere.example.org", 7777)


@check
def loopback_port_without_a_route() -> Any:
    return said("127.0.0.1", 7779)


@check
def address_of_the_client() -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("8.8.8.8", 80))
        return sock.getsockname()[0]


# Datagrams


@check
def datagram() -> Any:
    data, address = answered("198.18.7.7", 7, b"hello")
    return data.decode(), address[:2]


@check
def datagram_of_ipv6() -> Any:
    data, address = answered("fd5a:5a5a::7", 7, b"hello")
    return data.decode(), address[:2]


@check
def datagrams_of_all_lengths() -> Any:
    return [len(answered("127.0.0.1", 7, bytes(length))[0]) for length in (0, 1, 1500, 65507)]


@check
def datagram_to_nobody() -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT)
        client.connect(("192.0.2.1", 7778))
        client.send(b"hello")
        return str(client.recv(100))


# Servers of the program's own


@check
def own_server_at_a_routed_port() -> Any:
    return served(socket.create_server(("", 8000)), "localhost", 8000)


@check
def own_server_at_a_foreign_address() -> Any:
    return served(socket.create_server(("192.168.0.102", 5566)), "192.168.0.102", 5566)


@check
def own_server_at_every_address() -> Any:
    server = socket.create_server(("", 5566))
    return served(server.dup(), "192.168.0.102", 5566), served(server, "127.0.0.1", 5566)


@check
def own_server_does_not_take_the_internet() -> Any:
    return served(socket.create_server(("", 7)), "echo.example.org", 7)


@check
def own_server_beside_an_open_connection() -> Any:
    with socket.create_connection(("localhost", 8000), timeout=TIMEOUT) as client:
        own = served(socket.create_server(("localhost", 8000)), "localhost", 8000)
        client.sendall(b"still there\n")
        return own, client.recv(100).decode()


@check
def own_server_at_a_low_port_of_ipv6() -> Any:
    server = socket.create_server(("fd5a:5a5a::5", 25), family=socket.AF_INET6)
    return served(server, "fd5a:5a5a::5", 25)


@check
def own_server_where_the_sandbox_closed_first() -> Any:
    """The lesson has not heard of SO_REUSEADDR."""
    with socket.create_connection(("localhost", 5566), timeout=TIMEOUT) as client:
        while client.recv(100):
            pass
    server = socket.socket()
    server.bind(("localhost", 5566))
    server.listen()
    return served(server, "localhost", 5566)


@check
def sandbox_answers_when_it_has_gone() -> Any:
    return said("localhost", 8000), said("192.168.0.102", 5566)


@check
def own_datagram_server() -> Any:
    before = answered("10.0.0.7", 5599, b"hello")[0].decode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.settimeout(TIMEOUT)
        server.bind(("10.0.0.7", 5599))  # although the sandbox has just answered from there
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"hello", ("10.0.0.7", 5599))
            own = server.recvfrom(100)[0].decode()
    return before, own, answered("10.0.0.7", 5599, b"hello")[0].decode()


# Protocols


@check
def own_name_server_is_not_asked_by_the_resolver() -> Any:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("0.0.0.0", 53))
        return socket.gethostbyname("www.onego.ru"), answered_by(server)


@check
def servers_of_a_child_are_told_of() -> Any:
    code = (
        "import socket, sys; tcp = socket.create_server(('10.1.2.3', 7070));"
        "udp = socket.socket(type=socket.SOCK_DGRAM); udp.bind(('', 7071)); sys.stdin.read()"
    )
    log = Path(sys.argv[1])
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE):  # ends with its input
        until = time.monotonic() + TIMEOUT
        while len(found := _bound_by_the_child(log)) < 2 and time.monotonic() < until:
            time.sleep(0.01)
    return found


def _bound_by_the_child(log: Path) -> list[str]:
    """Whichever is seen first; servers of this process that a busy machine has let stay for long are there, too."""
    lines = [line.partition(" ")[2] for line in log.read_text().splitlines()]
    return sorted(line for line in lines if line.startswith("bound ") and line.endswith((":7070", ":7071")))


@check
def ftp() -> Any:
    hosts = socket.gethostbyname("ftp.example.org"), "fd5a:5a5a::21"
    return [listed(host, passive=passive) for host in hosts for passive in (True, False)]


@check
def https_trusts_what_the_system_trusts() -> Any:
    context = ssl.create_default_context(capath="/etc/ssl/certs") if Path("/etc/ssl/certs").is_dir() else None
    addresses = (
        "https://www.python.org/",
        "https://195.161.136.4/",
        "https://198.51.100.7/",
        "https://[2001:db8::7]/",
    )
    return [urllib.request.urlopen(each, timeout=TIMEOUT, context=context).close() for each in addresses]


# Another run


@check
def who_joins_sees_the_same() -> Any:
    code = (
        "import os, socket; from sandbox.redirection.isolation import join; join(os.getppid());"
        "c = socket.create_connection(('198.18.9.9', 7), timeout=5); c.sendall(b'joined');"
        "print(c.recv(10).decode(), os.getcwd())"
    )
    return python(code).split()


@check
def who_isolates_itself_once_more() -> Any:
    return python("from sandbox.redirection import isolation; isolation.enter(); print('inside')")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
