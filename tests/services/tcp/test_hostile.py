"""Clients that misbehave cost themselves something, and nobody else."""

from __future__ import annotations

import os
import pickle
import select
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Fact
from tests.conftest import Serve, raw_client, read_until

BLOCK = b"x" * 65536


@pytest.fixture
def sandbox(serve: Serve) -> Iterator[BackgroundEngine]:
    """One listener for each behaviour; the echo still answers at the end."""
    names = ["chargen", "chat", "echo", "file", "greeting", "reply", "reverse", "roster", "upper", "words"]
    listeners: dict[str, Any] = {name: {"behaviour": name} for name in names}
    listeners["chargen"]["rate"] = 0
    listeners["tls"] = {"behaviour": "echo", "tls": "implicit"}
    started = serve(tcp={"listeners": listeners})
    yield started
    with raw_client(started, "tcp", "echo") as client:
        client.sendall(b"still there")
        assert client.recv(100) == b"still there"


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def end_of(sandbox: BackgroundEngine, number: int = 1) -> Closed:
    entry = sandbox.wait_for(
        lambda entry: isinstance(entry.event, Closed) and entry.event.connection == number
    )
    assert isinstance(entry.event, Closed)
    return entry.event


def held(sandbox: BackgroundEngine) -> int:
    """Octets that wait in our own buffers for clients to read."""
    return sandbox.call(lambda inner: sum(tap.upper.get_write_buffer_size() for tap in inner.network._taps()))


@pytest.mark.parametrize("name", ["echo", "upper", "reverse"])
def test_a_client_that_only_sends_is_held_up(sandbox: BackgroundEngine, name: str) -> None:
    with raw_client(sandbox, "tcp", name) as client:
        client.setblocking(False)
        sent = 0
        while select.select([], [client], [], 0.2)[1]:
            sent += client.send(BLOCK)
        assert sent < 50_000_000
        assert held(sandbox) < 1_000_000
        client.setblocking(True)
        received = 0
        while received < sent:
            received += len(client.recv(1 << 20))


@pytest.mark.parametrize("name", ["chargen", "file"])
def test_a_client_that_never_reads_gets_a_bounded_amount(sandbox: BackgroundEngine, name: str) -> None:
    endpoint = sandbox.endpoint("tcp", name)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((endpoint.host, endpoint.port))
        sandbox.wait_for(lambda entry: entry.event.connection == 1)
        with raw_client(sandbox, "tcp", "echo") as other:
            for _ in range(20):  # give it time to go wrong
                other.sendall(b"x")
                other.recv(1)
        assert held(sandbox) <= 3 * 65536
        reset(client)
    assert end_of(sandbox).reason in ("reset", "server")  # the kernel may have taken the whole file


def test_a_chat_guest_that_never_reads_is_dropped_and_holds_nobody_up(sandbox: BackgroundEngine) -> None:
    endpoint = sandbox.endpoint("tcp", "chat")
    with socket.socket() as deaf, raw_client(sandbox, "tcp", "chat") as ann:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((endpoint.host, endpoint.port))
        deaf.sendall(b"Deaf")
        ann.sendall(b"Ann")
        for number in (1, 2):
            sandbox.wait_for(
                lambda entry, n=number: _is_fact(entry.event, "chat.joined") and entry.event.connection == n
            )
        for number in range(200):
            ann.sendall(b"x" * 50_000 + str(number).encode())
            read_until(ann, b"x" + str(number).encode())
        assert held(sandbox) < 1_000_000
        deaf.settimeout(5)
        with pytest.raises(ConnectionResetError):
            read_until(deaf, b"never")
    sandbox.wait_for(lambda entry: _is_fact(entry.event, "chat.dropped"))


def _is_fact(event: object, name: str) -> bool:
    return isinstance(event, Fact) and event.name == name


@pytest.mark.parametrize("name", ["echo", "chat", "words", "file", "chargen", "reply", "greeting"])
def test_reset_in_the_middle(sandbox: BackgroundEngine, name: str) -> None:
    client = raw_client(sandbox, "tcp", name)
    client.sendall(BLOCK)
    reset(client)
    assert end_of(sandbox).reason in ("reset", "server", "client")


@pytest.mark.parametrize("name", ["words", "roster"])
def test_messages_without_end(sandbox: BackgroundEngine, name: str) -> None:
    for begin in (b"[", b"\x80\x04X\xff\xff\xff\x00", b'["'):
        with raw_client(sandbox, "tcp", name) as client:
            client.sendall(begin + BLOCK)
            assert read_until(client, b"\n") == b"The message is too long.\r\n"


def test_messages_without_end_in_small_pieces(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "tcp", "words") as client:
        client.sendall(b"\x80\x04")
        for _ in range(700):
            client.sendall(b"(" * 100)
        assert read_until(client, b"\n") == b"The message is too long.\r\n"


class Exploit:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["words", "roster"])
def test_hostile_pickles_do_nothing(sandbox: BackgroundEngine, name: str, tmp_path: Path) -> None:
    with raw_client(sandbox, "tcp", name) as client:
        client.sendall(pickle.dumps(Exploit(tmp_path / "made")))
        assert b"mkdir" in client.recv(1000)
        client.sendall(b"\x80\x04r\xff\xff\xff\xff.")
        assert b"memo" in client.recv(1000)
    assert not (tmp_path / "made").exists()


def test_plain_text_at_the_tls_port(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "tcp", "tls") as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        client.settimeout(5)
        while client.recv(100):
            pass
    assert end_of(sandbox).reason == "error"


@pytest.mark.parametrize("name", ["echo", "words", "chat", "upper", "reverse", "roster", "reply"])
def test_tls_at_the_plain_port_and_nul_bytes(sandbox: BackgroundEngine, name: str) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), bytes(1000), b"\xff" * 1000):
        with raw_client(sandbox, "tcp", name) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            read_until(client, b"never")


def test_too_many_clients(serve: Serve) -> None:
    limits = {"connections": 2}
    started = serve(tcp={"listeners": {"main": {"behaviour": "echo"}}, "limits": limits})
    with (
        raw_client(started, "tcp") as one,
        raw_client(started, "tcp") as two,
        raw_client(started, "tcp") as three,
    ):
        for client in (one, two):
            client.sendall(b"x")
            assert client.recv(1) == b"x"
        assert three.recv(1) == b""


def test_idle_clients(serve: Serve) -> None:
    started = serve(tcp={"listeners": {"main": {"behaviour": "echo"}}, "limits": {"idle_timeout": 0.05}})
    with raw_client(started, "tcp") as client:
        assert client.recv(1) == b""
    assert end_of(started).reason == "idle"
