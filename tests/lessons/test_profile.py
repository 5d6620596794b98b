"""The lessons' profile: each address, and those that several lessons claim."""

from __future__ import annotations

import http.client
import pickle
import re
import socket
import urllib.request
import xmlrpc.client
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.settings import Configuration, load_file
from sandbox.settings.paths import profiles

PATH = profiles()["lessons"]


def bindings(configuration: Configuration) -> dict[tuple[str, str], int]:
    return {
        (service, binding.name): binding.port
        for service, settings in configuration.services.items()
        for binding in settings.bindings()
    }


WANTED = bindings(load_file(PATH, REGISTRY))


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, int], int]]:
    """From the transport and port of the profile to the free port that stands in for it."""
    free = [
        f"services.{service}{'' if name == 'main' else f'.listeners.{name}'}.port=0"
        for service, name in WANTED
    ]
    state = f"state_directory={tmp_path_factory.getbasetemp() / 'state'}"
    with BackgroundEngine(Engine(load_file(PATH, REGISTRY, overrides=[*free, state]))) as sandbox:
        yield {
            (end.transport, WANTED[end.service, end.listener]): end.port
            for end in sandbox.call(lambda world: world.endpoints)
        }


def test_the_ports_are_the_lessons() -> None:
    tcp = {port for (service, _), port in WANTED.items() if service != "udp"}
    udp = {port for (service, _), port in WANTED.items() if service == "udp"}
    assert tcp >= {3128, 5000, 5555, 5566, 6789, 8000, 8080, 8099, 8888, 9999, 12345, 33333}
    assert udp >= {6789, 9999, 12345}


def ask(port: int, *messages: bytes) -> bytes:
    with socket.create_connection(("localhost", port), timeout=5) as client:
        answer = b""
        for message in messages:
            client.sendall(message)
        while chunk := client.recv(65536):
            answer += chunk
            if messages:
                break
        return answer


def test_8000_is_a_page_and_a_procedure(ports: dict[tuple[str, int], int]) -> None:
    port = ports["tcp", 8000]
    with urllib.request.urlopen(f"http://localhost:{port}/any/path", timeout=5) as response:
        assert (response.read(), response.headers["Content-Type"]) == (b"Hello, world!", "text/html")
        assert response.headers["Content-Length"] is None
    for path in ("", "/"):
        with xmlrpc.client.ServerProxy(f"http://localhost:{port}{path}") as server:
            assert (server.add(3, 5), server.is_even(3), server.is_even(100)) == (8, False, True)


def test_8080_is_a_page_and_a_raw_server(ports: dict[tuple[str, int], int]) -> None:
    port = ports["tcp", 8080]
    assert ask(port, b"Hello, server!") == b"Hello, client!"
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"Hello World!"
    connection.close()


def test_8888_lists_files_and_answers_a_raw_client(ports: dict[tuple[str, int], int]) -> None:
    port = ports["tcp", 8888]
    assert ask(port, b"some data") == b"Server received your data."
    with urllib.request.urlopen(f"http://localhost:{port}/pub/", timeout=5) as response:
        assert "Directory listing for /pub/" in response.read().decode()


def test_8099(ports: dict[tuple[str, int], int]) -> None:
    with urllib.request.urlopen(f"http://localhost:{ports['tcp', 8099]}/", timeout=5) as response:
        assert response.read() == b"HelloWorld from cherrypy!"


def test_5000_greets_and_translates_pickles(ports: dict[tuple[str, int], int]) -> None:
    assert ask(ports["tcp", 5000], b"Hello, server!") == b"Hello, client!"
    answer = pickle.loads(ask(ports["tcp", 5000], pickle.dumps(["hello", "world"])))
    assert len(answer) == 2


def test_12345_greets_who_waits_and_translates_for_who_speaks(ports: dict[tuple[str, int], int]) -> None:
    assert ask(ports["tcp", 12345]) == b"Thank you for the connection"
    assert ask(ports["tcp", 12345], b'["hello"]').startswith(b"[")


@pytest.mark.parametrize(
    ("port", "pattern"),
    [(5566, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"), (6789, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")],
)
def test_the_time(ports: dict[tuple[str, int], int], port: int, pattern: str) -> None:
    assert re.fullmatch(pattern, ask(ports["tcp", port]).decode())


def test_echo_once_and_palindromes(ports: dict[tuple[str, int], int]) -> None:
    assert ask(ports["tcp", 5555], b"Python client 1") == b"Python client 1"
    assert ask(ports["tcp", 33333], "ПАЛИНДРОМ".encode()).decode() == "МОРДНИЛАП"
    assert ask(ports["tcp", 33333], "ПАЛИНДРОМ".encode("cp1251")).decode("cp1251") == "МОРДНИЛАП"


@pytest.mark.parametrize(
    ("port", "data", "answer"),
    [
        (6789, "привет".encode(), "привет".encode()),
        (12345, b"client data", b"Thank you for the data"),
        (9999, b"hello\n", b"HELLO\n"),
        (9999, b"hello", b"hello"),
    ],
)
def test_datagrams(ports: dict[tuple[str, int], int], port: int, data: bytes, answer: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(data, ("localhost", ports["udp", port]))
        assert client.recvfrom(1024)[0] == answer


def test_3128_is_a_proxy(ports: dict[tuple[str, int], int]) -> None:
    proxy = urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{ports['tcp', 3128]}"})
    opener = urllib.request.build_opener(proxy)
    with opener.open("http://www.python.org/", timeout=5) as response:
        assert response.read(300).startswith(b"<!doctype html")


def test_3128_is_a_proxy_for_ftp_and_for_tunnels(
    ports: dict[tuple[str, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ftp_proxy", f"http://127.0.0.1:{ports['tcp', 3128]}")
    monkeypatch.delenv("no_proxy", raising=False)
    with urllib.request.build_opener().open("ftp://ftp.example.com/", timeout=5) as response:
        assert b"Directory listing for /" in response.read()
    tunnel = http.client.HTTPConnection("127.0.0.1", ports["tcp", 3128], timeout=5)
    tunnel.set_tunnel("smtp.example.com", 25)
    tunnel.connect()
    assert tunnel.sock.recv(100).startswith(b"220 ")
    tunnel.close()
