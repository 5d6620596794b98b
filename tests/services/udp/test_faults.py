"""Datagrams that get lost, late or changed on their way."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact, Received
from tests.conftest import Serve
from tests.services.udp.test_service import udp_client


def faulty(serve: Serve, kind: str, *, when: Any = None, **effect: Any) -> BackgroundEngine:
    rule = {"on": "udp.datagram", "effect": {"kind": kind, **effect}, **(when or {})}
    return serve(udp={"listeners": {"main": {"behaviour": "echo"}}}, faults=[rule])


def exchange(client: socket.socket, *said: bytes, answers: int | None = None) -> list[bytes]:
    """What comes back to all of it."""
    for data in said:
        client.send(data)
    return [client.recv(70_000) for _ in range(len(said) if answers is None else answers)]


@pytest.mark.parametrize("direction", ["to_server", "to_client", "both"])
def test_a_datagram_that_is_lost(serve: Serve, direction: str) -> None:
    sandbox = faulty(serve, "drop", direction=direction, when={"argument": "two"})
    with udp_client(sandbox) as client:
        assert exchange(client, b"one", b"two", b"three", answers=2) == [b"one", b"three"]
    events = sandbox.call(lambda world: [entry.event for entry in world.journal])
    heard = [event.data for event in events if isinstance(event, Received)]
    assert heard == ([b"one", b"two", b"three"] if direction == "to_client" else [b"one", b"three"])
    (hit,) = [event for event in events if isinstance(event, Fact) and event.name == "fault.hit"]
    assert hit.details == {"rule": "rule-1", "effect": "drop", "event": "datagram", "argument": "two"}


def test_a_client_that_waits(serve: Serve) -> None:
    with udp_client(faulty(serve, "drop")) as client:
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            exchange(client, b"hello")


def test_a_datagram_that_comes_three_times(serve: Serve) -> None:
    with udp_client(faulty(serve, "duplicate", times=3, when={"times": 1})) as client:
        assert exchange(client, b"one", b"two", answers=4) == [b"one"] * 3 + [b"two"]


def test_both_ways_come_twice(serve: Serve) -> None:
    with udp_client(faulty(serve, "duplicate", direction="both", when={"times": 1})) as client:
        assert exchange(client, b"one", answers=4) == [b"one"] * 4


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_a_datagram_that_is_overtaken(serve: Serve, direction: str) -> None:
    sandbox = faulty(serve, "reorder", direction=direction, when={"nth": 1}, seconds=60.0)
    with udp_client(sandbox) as client:
        assert exchange(client, b"one", b"two", b"three") == [b"two", b"one", b"three"]


def test_all_are_overtaken(serve: Serve) -> None:
    with udp_client(faulty(serve, "reorder", seconds=60.0)) as client:
        assert exchange(client, b"1", b"2", b"3", b"4") == [b"2", b"1", b"4", b"3"]


def test_nothing_overtakes_it(serve: Serve) -> None:
    with udp_client(faulty(serve, "reorder", seconds=0.05)) as client:
        assert exchange(client, b"alone") == [b"alone"]


def test_what_is_held_is_lost_when_all_ends(serve: Serve) -> None:
    with udp_client(faulty(serve, "reorder", seconds=60.0)) as client:
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            exchange(client, b"alone")


@pytest.mark.parametrize(
    "effect", [{"kind": "delay"}, {"kind": "latency", "jitter": 0.01}], ids=lambda one: one["kind"]
)
def test_a_late_datagram(serve: Serve, effect: dict[str, Any]) -> None:
    sandbox = faulty(serve, **{"seconds": 0.2} | effect, when={"argument": "late"})
    start = time.monotonic()
    with udp_client(sandbox) as client:
        assert exchange(client, b"late", b"early") == [b"early", b"late"]
    assert time.monotonic() - start >= 0.19


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_a_datagram_that_is_cut(serve: Serve, direction: str) -> None:
    with udp_client(faulty(serve, "truncate", octets=3, direction=direction)) as client:
        assert exchange(client, b"hello", b"") == [b"hel", b""]


def test_a_changed_datagram(serve: Serve) -> None:
    said = bytes(1000)
    with udp_client(faulty(serve, "corrupt", probability=0.1)) as client:
        first, second = exchange(client, said, said)
    assert len(first) == len(second) == 1000
    assert 20 < sum(map(bool, first)) < 300
    assert first != second


def test_large_ones_alone(serve: Serve) -> None:
    with udp_client(faulty(serve, "drop", when={"larger": 10})) as client:
        assert exchange(client, bytes(11), bytes(10), answers=1) == [bytes(10)]
