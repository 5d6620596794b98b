"""Datagrams of any kind: the listener answers the next one."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest

from tests.conftest import Serve
from tests.services.udp.test_service import LARGEST, udp_client

BEHAVIOURS = ["chargen", "daytime", "discard", "echo", "qotd", "reply", "reverse", "time", "upper", "words"]


def bomb() -> bytes:
    value: Any = ["x" * 1000] * 10
    for _ in range(9):
        value = [value] * 10
    return pickle.dumps(value)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_any_datagram(serve: Serve, behaviour: str) -> None:
    sandbox = serve(udp={"listeners": {"main": {"behaviour": behaviour}, "echo": {"behaviour": "echo"}}})
    noise = random.Random(7)
    datagrams = [noise.randbytes(noise.randrange(600)) for _ in range(50)]
    datagrams += [b"", b"\x80", b"[", b"\xd0", bytes(LARGEST), b"[" * LARGEST, b"(" * 1000 + b".", bomb()]
    with udp_client(sandbox) as client, udp_client(sandbox, "echo") as other:
        for data in datagrams:
            client.send(data)
        client.send(pickle.dumps("the last"))
        sandbox.wait_for(lambda entry: b"the last" in getattr(entry.event, "data", b""))
        other.send(b"x")
        assert other.recv(10) == b"x"


def test_a_peer_that_is_gone_before_its_answer(serve: Serve) -> None:
    sandbox = serve(udp={"listeners": {"main": {"behaviour": "echo"}}})
    for _ in range(20):
        with udp_client(sandbox) as client:
            client.send(b"x")
    with udp_client(sandbox) as client:
        client.send(b"still there")
        assert client.recv(100) == b"still there"


def test_more_peers_than_are_remembered(serve: Serve) -> None:
    limits = {"connections": 3}
    sandbox = serve(udp={"listeners": {"main": {"behaviour": "echo"}}, "limits": limits})
    for number in range(10):
        with udp_client(sandbox) as client:
            client.send(str(number).encode())
            assert client.recv(10) == str(number).encode()
