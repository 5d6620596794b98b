"""Faults that bend a connection, below every service: seen by a plain client of the echo server."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve, raw_client, read_until

SAID = bytes(range(256)) * 40


def echo(serve: Serve, *effects: dict[str, Any], on: str = "tcp", **rule: Any) -> BackgroundEngine:
    rules = [{"on": on, "effect": effect, **rule} for effect in effects]
    return serve(faults=rules, tcp={"listeners": {"main": {"port": 0, "behaviour": "echo"}}})


def conversation(client: socket.socket, said: bytes = SAID) -> bytes:
    """What comes back, up to the end of the stream."""
    with client:
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
        data = b""
        while chunk := client.recv(65536):
            data += chunk
    return data


def test_latency(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "latency", "seconds": 0.2, "jitter": 0.1, "direction": "both"})
    start = time.monotonic()
    assert conversation(raw_client(sandbox, "tcp")) == SAID
    assert time.monotonic() - start >= 0.2


def test_bandwidth(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "bandwidth", "rate": 40_000})
    start = time.monotonic()
    assert conversation(raw_client(sandbox, "tcp")) == SAID
    assert time.monotonic() - start >= 0.25


def test_a_narrow_line_holds_its_sender_up(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "bandwidth", "rate": 1000, "direction": "to_server"})
    with raw_client(sandbox, "tcp") as client:
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(100_000_000))


def test_slices(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "slicer", "size": 3, "variation": 2})
    assert conversation(raw_client(sandbox, "tcp")) == SAID


@pytest.mark.parametrize("direction", ["to_client", "to_server"])
def test_a_limit(serve: Serve, direction: str) -> None:
    sandbox = echo(serve, {"kind": "limit", "octets": 1000, "direction": direction})
    received = b""
    with raw_client(sandbox, "tcp") as client:
        client.sendall(SAID[:1500])
        try:
            while chunk := client.recv(65536):
                received += chunk
        except ConnectionResetError:  # what we sent was not read
            pass
    assert received == SAID[:1000][: len(received)]
    assert direction == "to_server" or received == SAID[:1000]


def test_a_reset_is_one(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "limit", "octets": 10, "then": "reset"})
    with raw_client(sandbox, "tcp") as client:
        client.sendall(b"0123456789")
        with pytest.raises(ConnectionResetError):  # which may take the octets before it along
            read_until(client, b"never")


@pytest.mark.parametrize(("kind", "end"), [("disconnect", b""), ("half-close", b"")])
def test_the_end_at_once(serve: Serve, kind: str, end: bytes) -> None:
    sandbox = echo(serve, {"kind": kind})
    with raw_client(sandbox, "tcp") as client:
        assert client.recv(100) == end


def test_reset_at_once(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "reset"})
    with pytest.raises(ConnectionResetError), raw_client(sandbox, "tcp") as client:
        client.recv(100)


def test_silence(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "silence", "seconds": 0.3})
    start = time.monotonic()
    with raw_client(sandbox, "tcp") as client:
        client.sendall(b"hello")
        assert client.recv(100) == b""
    assert time.monotonic() - start >= 0.3


def test_a_slow_end(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "slow-close", "seconds": 0.3})
    start = time.monotonic()
    assert conversation(raw_client(sandbox, "tcp")) == SAID
    assert time.monotonic() - start >= 0.3


def test_corruption_changes_octets_and_not_their_number(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "corrupt", "probability": 0.1})
    back = conversation(raw_client(sandbox, "tcp"))
    assert len(back) == len(SAID)
    assert 500 < sum(one != other for one, other in zip(back, SAID, strict=True)) < 1600


def test_a_greeting_instead(serve: Serve) -> None:
    rule = {"on": "smtp", "effect": {"kind": "reply", "text": "554 5.3.2 No service here"}}
    sandbox = serve(faults=[rule], smtp={})
    assert conversation(raw_client(sandbox, "smtp"), b"") == b"554 5.3.2 No service here\r\n"


def test_each_hit_stands_on_the_timeline(serve: Serve) -> None:
    sandbox = echo(serve, {"kind": "disconnect"}, name="gone", times=1)
    with raw_client(sandbox, "tcp") as client:
        assert client.recv(100) == b""
    assert conversation(raw_client(sandbox, "tcp")) == SAID
    facts = sandbox.call(lambda world: [entry.event for entry in world.journal])
    (hit,) = [event for event in facts if isinstance(event, Fact) and event.name == "fault.hit"]
    assert hit.details == {"rule": "gone", "effect": "disconnect", "event": "connect", "argument": ""}


def test_under_tls(serve: Serve) -> None:
    rule = {"on": "pop3", "effect": {"kind": "slicer", "size": 5}}
    sandbox = serve(faults=[rule], pop3={"tls": "implicit"})
    import poplib

    context = sandbox.call(lambda world: world.authority.client_context())
    pop = poplib.POP3_SSL("localhost", sandbox.endpoint("pop3").port, timeout=5, context=context)
    pop.user("ann")
    pop.pass_("x")
    assert pop.stat() == (0, 0)
    pop.quit()
