"""Every behaviour over real datagrams."""

from __future__ import annotations

import json
import pickle
import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.behaviours.characters import CYCLE
from sandbox.engine import Engine
from sandbox.errors import SettingsError
from sandbox.journal import Fact, Opened, Received
from tests.conftest import Serve

LARGEST = 65507  # octets: 65,535 less the IPv4 and UDP headers

Ask = Callable[[bytes], bytes]


def udp_client(background: BackgroundEngine, listener: str = "main") -> socket.socket:
    """A socket connected to one listener."""
    endpoint = background.endpoint("udp", listener)
    client = socket.socket(socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(5)
    client.connect((endpoint.host, endpoint.port))
    return client


@pytest.fixture
def start(serve: Serve) -> Callable[..., Ask]:
    """``start("echo", …)`` starts one listener and returns what asks it."""

    def started(behaviour: str, **options: Any) -> Ask:
        sandbox = serve(udp={"listeners": {"main": {"behaviour": behaviour} | options}})

        def ask(data: bytes) -> bytes:
            with udp_client(sandbox) as client:
                client.send(data)
                return client.recv(70_000)

        return ask

    return started


@pytest.mark.parametrize("size", [0, 1, 1472, 1473, 9000, LARGEST])
def test_echo(start: Callable[..., Ask], size: int) -> None:
    data = (bytes(range(256)) * 256)[:size]
    assert start("echo")(data) == data


def test_echo_over_ipv6(start: Callable[..., Ask]) -> None:
    assert start("echo", host="::1")(b"six") == b"six"


def test_largest_through_every_behaviour(start: Callable[..., Ask]) -> None:
    data = b"a" * LARGEST
    assert start("upper")(data) == data.upper()
    assert start("reverse")(data) == data
    assert start("words", unknown="keep")(data) == data


def test_reply(start: Callable[..., Ask]) -> None:
    assert start("reply", text="Спасибо")(b"").decode() == "Спасибо"


def test_upper(start: Callable[..., Ask]) -> None:
    assert start("upper")("мир\n".encode()).decode() == "МИР\n"
    sniffing = start("upper", lines_only=True, strip=True)
    assert sniffing(b"hello world\n") == b"HELLO WORLD"
    assert sniffing(b"hello world") == b"hello world"


def test_reverse(start: Callable[..., Ask]) -> None:
    assert start("reverse")("ПАЛИНДРОМ".encode()).decode() == "МОРДНИЛАП"


def test_time_and_daytime(start: Callable[..., Ask]) -> None:
    assert start("time", format="%Y")(b"").decode() == time.strftime("%Y")
    assert abs(int.from_bytes(start("time", format="rfc868")(b"")) - 2_208_988_800 - time.time()) < 5
    assert re.fullmatch(r"\w+day, \w+ \d+, \d{4} \d\d:\d\d:\d\d-\S+\r\n", start("daytime")(b"x").decode())


def test_chargen(start: Callable[..., Ask]) -> None:
    ask = start("chargen")
    answers = [ask(b"x") for _ in range(20)]
    assert all(len(answer) <= 512 and CYCLE.startswith(answer) for answer in answers)
    assert len({len(answer) for answer in answers}) > 1
    assert start("chargen", octets=74)(b"x") == CYCLE[:74]


def test_qotd(start: Callable[..., Ask]) -> None:
    ask = start("qotd", quotes=["one", "two"])
    assert [ask(b"") for _ in range(3)] == [b"one\r\n", b"two\r\n", b"one\r\n"]


def test_words(start: Callable[..., Ask]) -> None:
    ask = start("words", dictionary={"cat": "кот"})
    assert pickle.loads(ask(pickle.dumps(["cat"]))) == ["кот"]
    assert json.loads(ask(b'["cat"]')) == ["кот"]
    assert ask(b"cat,dog").decode() == "кот,dog?"
    assert ask(b"[cut").decode() == "[cut?"
    assert pickle.loads(ask(b"\x80\x04cut")).startswith("not a list of words")


def test_discard(serve: Serve) -> None:
    sandbox = serve(udp={"listeners": {"main": {"behaviour": "discard"}, "echo": {"behaviour": "echo"}}})
    with udp_client(sandbox) as client, udp_client(sandbox, "echo") as other:
        client.send(b"gone")
        sandbox.wait_for(lambda entry: isinstance(entry.event, Received) and entry.event.data == b"gone")
        other.send(b"x")
        assert other.recv(10) == b"x"
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(10)


def test_one_peer_is_one_connection_on_the_timeline(serve: Serve) -> None:
    sandbox = serve(udp={"listeners": {"main": {"behaviour": "echo"}}})
    with udp_client(sandbox) as client:
        for data in (b"one", b"", b"two"):
            client.send(data)
            assert client.recv(10) == data
    opened = sandbox.wait_for(lambda entry: isinstance(entry.event, Opened)).event
    assert isinstance(opened, Opened)
    assert (opened.service, opened.transport) == ("udp", "udp")
    assert len(sandbox.call(lambda inner: inner.journal.connection(1))) == 7


def test_an_answer_longer_than_udp_allows_is_told(serve: Serve) -> None:
    sandbox = serve(udp={"listeners": {"main": {"behaviour": "words", "dictionary": {"a": "x" * 100}}}})
    with udp_client(sandbox) as client:
        client.send(b"a " * 1000)
        sandbox.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "datagram.lost")
        client.send(b"b")
        assert client.recv(10) == b"b?"


def test_tcp_and_udp_share_a_port_number() -> None:
    both = {"listeners": {"main": {"behaviour": "echo", "port": 2007}}}
    configuration = Engine.from_mapping({"services": {"tcp": both, "udp": both}}).configuration
    addresses = [settings.bindings()[0] for settings in configuration.services.values()]
    assert [(binding.transport, binding.port) for binding in addresses] == [("tcp", 2007), ("udp", 2007)]


@pytest.mark.parametrize(
    ("listener", "told"),
    [
        ({"behaviour": "chat"}, "main.behaviour: there is no behaviour 'chat'; known: chargen, daytime"),
        ({"behaviour": "echo", "path": "/tmp/x"}, "main: UDP has neither path nor tls"),
        ({"behaviour": "echo", "tls": "implicit"}, "main: UDP has neither path nor tls"),
        ({"behaviour": "chargen", "octets": 513}, "main.octets: Input should be less than or equal to 512"),
        ({"behaviour": "upper", "stripp": True}, "main.stripp: unknown key, did you mean 'strip'?"),
    ],
)
def test_mistakes(listener: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Engine.from_mapping({"services": {"udp": {"listeners": {"main": listener}}}})
    assert f"services.udp.listeners.{told}" in str(caught.value)
