"""Clients that mean no good: the next one is served all the same."""

from __future__ import annotations

import random
import socket
import struct

import dns.message
import dns.query
import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Opened
from tests.conftest import Serve
from tests.services.dns.test_service import port
from tests.services.dns.world import answers

QUERY = dns.message.make_query("localhost", "A")
LARGEST = 65_507


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    return serve(dns={"limits": {"connections": 5, "idle_timeout": 0.2}})


def still_answers(background: BackgroundEngine) -> None:
    for ask in (dns.query.udp, dns.query.tcp):
        assert answers(ask(QUERY, "127.0.0.1", 5, port(background))) == ["127.0.0.1"]


def test_datagrams_of_noise(sandbox: BackgroundEngine) -> None:
    noise = random.Random(53)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port(sandbox)))
        for _ in range(200):
            client.send(noise.randbytes(noise.randrange(100)))
        for data in (b"", b"\xff" * LARGEST, QUERY.to_wire() + bytes(LARGEST - 100)):
            client.send(data)
    still_answers(sandbox)


def test_records_without_end(sandbox: BackgroundEngine) -> None:
    record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04abcd"
    count = 4000
    header = struct.pack("!6H", 1, 0, 1, 0, 0, count)
    query = header + b"\x01x\x00\x00\x01\x00\x01" + record * count
    with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=10) as client:
        client.sendall(len(query).to_bytes(2) + query)
        response, _ = dns.query.receive_tcp(client)
        assert response.id == 1
    still_answers(sandbox)


def test_half_a_message_and_then_nothing(sandbox: BackgroundEngine) -> None:
    with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=5) as client:
        client.sendall(b"\xff\xff" + bytes(1000))
        assert client.recv(10) == b""  # the idle limit has passed
    ended = sandbox.wait_for(lambda entry: isinstance(entry.event, Closed)).event
    assert isinstance(ended, Closed)
    assert ended.reason == "idle"
    still_answers(sandbox)


def test_half_a_message_and_gone(sandbox: BackgroundEngine) -> None:
    for data in (b"\x00", b"\x00\x0c", b"\x00\x40" + bytes(30)):
        with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=5) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(10) == b""
    still_answers(sandbox)


def test_messages_too_short_to_be_answered_do_not_end_a_connection(sandbox: BackgroundEngine) -> None:
    with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=5) as client:
        client.sendall(b"\x00\x00" * 1000 + b"\x00\x03abc" + QUERY.to_wire(prepend_length=True))
        response, _ = dns.query.receive_tcp(client)
        assert answers(response) == ["127.0.0.1"]


def test_more_clients_than_there_may_be(sandbox: BackgroundEngine) -> None:
    address = "127.0.0.1", port(sandbox)
    clients = [socket.create_connection(address, timeout=5) for _ in range(5)]
    sandbox.wait_for(lambda entry: isinstance(entry.event, Opened) and entry.event.connection == 5)
    with socket.create_connection(address, timeout=5) as refused:
        assert refused.recv(10) == b""
    for client in clients:
        client.close()
    still_answers(sandbox)


def test_more_names_than_there_are_addresses() -> None:
    from sandbox.addressing import Names, names

    table = Names({})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(names, "IPV4_NETWORK", names.ipaddress.IPv4Network("198.18.0.0/29"))
        found = [table.addresses(f"h{number}.example") for number in range(10)]
        assert len(set(found[:6])) == 6
        assert found[6:] == [()] * 4
        assert table.addresses("h0.example") == found[0]
