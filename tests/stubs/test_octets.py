"""Stubs of TCP and UDP, asked by plain sockets."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from sandbox import Sandbox, SettingsError
from sandbox.observation import Unexpected

LISTENERS = {"echo": {"behaviour": "echo"}, "quiet": {"behaviour": "discard"}}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox({"services": {"tcp": {"listeners": LISTENERS}, "udp": {"listeners": LISTENERS}}}) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


def read(sock: object, octets: int) -> bytes:
    data = b""
    while len(data) < octets and (chunk := sock.recv(octets - len(data))):  # type: ignore[attr-defined]
        data += chunk
    return data


def test_octets_are_answered_however_they_are_cut_and_the_rest_is_echoed(sandbox: Sandbox) -> None:
    stub = sandbox.tcp.expect(b"PING\r\n", listener="echo").respond(b"PONG\r\n").respond("again")
    client = sandbox.tcp.client("echo")
    client.sendall(b"PI")
    client.sendall(b"NG\r\nPING\r\nother")
    assert read(client, 16) == b"PONG\r\nagainother"
    assert [request.data for request in stub.requests] == [b"PING\r\n"] * 2
    stub.assert_called(exactly=2)
    assert sandbox.journal.facts("stub.matched", service="tcp")


@pytest.mark.parametrize("wanted", [re.compile(rb"^GET (\w+)"), re.compile(r"GET \w+"), "GET *", "/^GET/"])
def test_patterns_are_about_lines(sandbox: Sandbox, wanted: object) -> None:
    sandbox.tcp.expect(wanted).respond(b"yes")  # type: ignore[arg-type]
    client = sandbox.tcp.client("echo")
    client.sendall(b"PUT x\nGET y\n")
    assert read(client, 9) == b"PUT x\nyes"


def test_an_answer_may_come_later_and_be_the_last(sandbox: Sandbox) -> None:
    sandbox.tcp.expect(b"bye").respond(b"later", delay=0.05, close=True)
    client = sandbox.tcp.client("quiet")
    began = time.monotonic()
    client.sendall(b"bye, and what nobody reads")
    assert read(client, 100) == b"later"
    assert time.monotonic() - began >= 0.04


def test_what_was_only_begun_is_left_to_the_behaviour_at_the_end(sandbox: Sandbox) -> None:
    stub = sandbox.tcp.expect(b"PING\n")
    client = sandbox.tcp.client("echo")
    client.sendall(b"PIN")
    client.shutdown(1)
    assert read(client, 100) == b"PIN"
    with pytest.raises(
        Unexpected, match=r"(?s)nearest was b'PIN' at tcp echo.*data=b'PING\\n': it was b'PIN'"
    ):
        stub.assert_called()


def test_other_listeners_are_as_always(sandbox: Sandbox) -> None:
    sandbox.tcp.expect("*", listener="quiet").respond(b"no")
    client = sandbox.tcp.client("echo")
    client.sendall(b"x")
    assert read(client, 1) == b"x"


def test_handlers(sandbox: Sandbox) -> None:
    sandbox.tcp.expect(re.compile(b"[0-9]+\n")).respond_with(lambda request: str(int(request.text) + 1))
    client = sandbox.tcp.client("quiet")
    client.sendall(b"41\n")
    assert read(client, 2) == b"42"


def test_a_handler_that_fails_closes_and_fails_the_test(sandbox: Sandbox) -> None:
    sandbox.tcp.expect("x").respond_with(lambda request: 1 / 0)
    client = sandbox.tcp.client("quiet")
    client.sendall(b"x")
    assert read(client, 1) == b""
    with pytest.raises(Unexpected, match="ZeroDivisionError"):
        sandbox.stubs.verify()


@pytest.mark.parametrize("error", [pytest.fail.Exception, SystemExit])
def test_a_handler_may_raise_anything(sandbox: Sandbox, error: type[BaseException]) -> None:
    def handler(request: object) -> bytes:
        raise error("no more")

    sandbox.tcp.expect("x").respond_with(handler)
    sandbox.udp.expect("x", listener="echo").respond_with(handler)
    client = sandbox.tcp.client("quiet")
    client.sendall(b"x")
    assert read(client, 1) == b""
    datagrams = sandbox.udp.client("echo")
    datagrams.send(b"x")
    datagrams.send(b"y")
    assert datagrams.recv(9) == b"y"
    assert len(sandbox.journal.facts("stub.failed")) == 2
    with pytest.raises(Unexpected, match=r"(?s)'stub-1': its function raised.*'stub-2': its function raised"):
        sandbox.stubs.verify()


def test_datagrams(sandbox: Sandbox) -> None:
    stub = (
        sandbox.udp.expect(b"time?", listener="echo")
        .respond("noon")
        .respond_with(lambda request: request.data * 2)
    )
    client = sandbox.udp.client("echo")
    seen = []
    for data in (b"time?", b"time?", b"time"):
        client.send(data)
        seen.append(client.recv(100))
    assert seen == [b"noon", b"time?time?", b"time"]
    stub.assert_called(exactly=2)


def test_a_datagram_without_an_answer_gets_none(sandbox: Sandbox) -> None:
    sandbox.udp.expect("a*")
    client = sandbox.udp.client("echo")
    client.send(b"abc")
    client.send(b"b")
    assert client.recv(100) == b"b"


def test_what_comes_once_too_often_met_no_stub(sandbox: Sandbox) -> None:
    sandbox.tcp.expect(b"a\n", listener="ec*", times=1).respond(b"b\n")
    client = sandbox.tcp.client("echo")
    client.sendall(b"a\na\n")
    assert read(client, 4) == b"b\na\n"
    with pytest.raises(Unexpected, match="no stub answered b'a"):
        sandbox.stubs.verify(unmatched=True)


def test_order_holds_across_services(sandbox: Sandbox) -> None:
    sandbox.udp.expect("first", ordered="both").respond("1")
    sandbox.tcp.expect("second", ordered="both").respond("2")
    tcp, udp = sandbox.tcp.client("echo"), sandbox.udp.client("echo")
    tcp.sendall(b"second")
    assert read(tcp, 6) == b"second"
    udp.send(b"first")
    assert udp.recv(10) == b"1"
    tcp.sendall(b"second")
    assert read(tcp, 1) == b"2"
    sandbox.stubs.verify()
    udp.send(b"first")
    assert udp.recv(10) == b"first"
    with pytest.raises(Unexpected, match=r"its turn in 'both' had not come, or it rests after 1 request$"):
        sandbox.stubs.verify(unmatched=True)


def test_a_listener_that_is_not_there_is_a_mistake_in_the_configuration() -> None:
    stub = {"service": "tcp", "listener": "quite", "data": "x"}
    with pytest.raises(
        SettingsError, match=r"stubs\.0\.listener: tcp has no listener 'quite', did you mean 'quiet'\?"
    ):
        Sandbox({"services": {"tcp": {"listeners": LISTENERS}}, "stubs": [stub]})


def test_stubs_of_the_configuration() -> None:
    stubs = [
        {"service": "tcp", "data": "hello\n", "answers": [{"data": "world\n", "close": True}]},
        {"service": "udp", "data": "/^q/", "answers": [{"data": "a"}]},
    ]
    with Sandbox(
        {"services": {"tcp": {"listeners": LISTENERS}, "udp": {"listeners": LISTENERS}}, "stubs": stubs}
    ) as sandbox:
        tcp, udp = sandbox.tcp.client("quiet"), sandbox.udp.client("quiet")
        tcp.sendall(b"hello\n")
        assert read(tcp, 100) == b"world\n"
        udp.send(b"q?")
        assert udp.recv(10) == b"a"


def test_coroutines_are_refused_before_anybody_asks(sandbox: Sandbox) -> None:
    async def later(_: object) -> bytes:
        return b"never"

    for stub in (sandbox.tcp.expect(listener="echo"), sandbox.udp.expect(listener="echo")):
        with pytest.raises(TypeError, match="no coroutine"):
            stub.respond_with(later)
