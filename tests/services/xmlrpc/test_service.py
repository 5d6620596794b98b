"""The XML-RPC service as xmlrpc.client and plain HTTP clients see it."""

from __future__ import annotations

import gzip
import http.client
import xmlrpc.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import Any
from xmlrpc.client import Fault, MultiCall, ProtocolError, ServerProxy

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.errors import SettingsError
from sandbox.journal import Fact, Received
from tests.conftest import Serve, raw_client, read_until


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    return serve(xmlrpc={})


@contextmanager
def proxy(sandbox: BackgroundEngine, path: str = "", **options: Any) -> Iterator[ServerProxy]:
    endpoint = sandbox.endpoint("xmlrpc")
    with ServerProxy(f"http://{endpoint.host}:{endpoint.port}{path}", **options) as server:
        yield server


@contextmanager
def connection(sandbox: BackgroundEngine) -> Iterator[http.client.HTTPConnection]:
    endpoint = sandbox.endpoint("xmlrpc")
    client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
    try:
        yield client
    finally:
        client.close()


def request(method: str, *arguments: Any) -> bytes:
    return xmlrpc.client.dumps(arguments, method).encode()


def answered(sandbox: BackgroundEngine) -> list[tuple[object, object]]:
    """Method and outcome of each call on the timeline."""
    events = sandbox.call(lambda running: [entry.event for entry in running.journal])
    facts = [event.details for event in events if isinstance(event, Fact) and event.name == "call.answered"]
    return [(details["method"], details["outcome"]) for details in facts]


@pytest.mark.parametrize("path", ["", "/", "/RPC2"])
def test_calls_and_faults(sandbox: BackgroundEngine, path: str) -> None:
    with proxy(sandbox, path) as server:
        assert server.add(3, 5) == 8
        assert server.is_even(100) is True
        with pytest.raises(Fault) as caught:
            server.no_such_method()
        assert caught.value.faultString == "<class 'Exception'>:method \"no_such_method\" is not supported"
    assert answered(sandbox) == [
        ("add", "ok"),
        ("is_even", "ok"),
        ("no_such_method", "fault 1: <class 'Exception'>:method \"no_such_method\" is not supported"),
    ]


def test_types_and_unicode(sandbox: BackgroundEngine) -> None:
    with proxy(sandbox, use_builtin_types=True) as server:
        value = {"ключ": [1, 2.5, True, "ж", b"\0\xff", datetime.fromisoformat("2024-02-29T01:02:03")]}
        assert server.echo(value) == value
        assert isinstance(server.today(), datetime)
        assert server.python_logo().startswith(b"\x89PNG")
    with proxy(sandbox) as server:
        assert isinstance(server.today(), xmlrpc.client.DateTime)
        assert isinstance(server.python_logo(), xmlrpc.client.Binary)


def test_none(serve: Serve) -> None:
    sandbox = serve(xmlrpc={"allow_none": True})
    with proxy(sandbox, allow_none=True) as server:
        assert server.echo(None) is None


def test_none_is_a_fault_by_default(sandbox: BackgroundEngine) -> None:
    with proxy(sandbox, allow_none=True) as server, pytest.raises(Fault, match="cannot marshal None"):
        server.echo(None)


def test_multicall_and_introspection(sandbox: BackgroundEngine) -> None:
    with proxy(sandbox) as server:
        assert "system.methodHelp" in server.system.listMethods()
        assert server.system.methodSignature("is_even") == [["boolean", "int"]]
        assert server.system.methodHelp("add") == "The sum of x and y."
        assert isinstance(server.currentTime.getCurrentTime(), xmlrpc.client.DateTime)
        calls = MultiCall(server)
        calls.add(7, 3)
        calls.subtract(7, 3)
        calls.multiply(7, 3)
        calls.divide(7, 3)
        assert tuple(calls()) == (10, 4, 21, 2)
        calls = MultiCall(server)
        calls.fail(5, "on purpose")
        with pytest.raises(Fault, match="on purpose"):
            list(calls())


def test_one_connection_serves_many_calls(sandbox: BackgroundEngine) -> None:
    with proxy(sandbox) as server:
        for number in range(5):
            assert server.add(number, 1) == number + 1
    numbers = sandbox.call(lambda running: {entry.event.connection for entry in running.journal})
    assert numbers == {0, 1}


def test_wrong_path_is_a_protocol_error(sandbox: BackgroundEngine) -> None:
    with proxy(sandbox, "/other") as server:
        with pytest.raises(ProtocolError) as caught:
            server.add(1, 2)
        assert (caught.value.errcode, caught.value.errmsg) == (404, "Not Found")


def test_get_is_the_documentation(sandbox: BackgroundEngine) -> None:
    with connection(sandbox) as client:
        for path in ("/", "/RPC2"):
            client.request("GET", path)
            response = client.getresponse()
            page = response.read().decode()
            assert (response.status, response.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
            assert "<code>is_even(" in page
            assert "Whether n is even." in page
        client.request("PUT", "/", b"x")
        response = client.getresponse()
        response.read()
        assert (response.status, response.getheader("Allow")) == (405, "GET, HEAD, POST")


def test_packed_requests_and_answers(sandbox: BackgroundEngine) -> None:
    with connection(sandbox) as client:
        headers = {"Content-Type": "text/xml", "Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
        client.request("POST", "/RPC2", gzip.compress(request("echo", "x" * 5000)), headers)
        response = client.getresponse()
        body = response.read()
        assert response.getheader("Content-Encoding") == "gzip"
        assert response.getheader("Content-Length") == str(len(body))
        assert len(body) < 1000
        assert xmlrpc.client.loads(gzip.decompress(body))[0] == ("x" * 5000,)
        for size, accepted in ((1000, "gzip"), (5000, "gzip;q=0"), (5000, "identity")):
            client.request("POST", "/RPC2", request("echo", "x" * size), {"Accept-Encoding": accepted})
            response = client.getresponse()
            assert response.getheader("Content-Encoding") is None
            assert xmlrpc.client.loads(response.read())[0] == ("x" * size,)


def test_old_http_without_keep_alive(sandbox: BackgroundEngine) -> None:
    body = request("add", 1, 2)
    with raw_client(sandbox, "xmlrpc") as sock:
        sock.sendall(b"POST /RPC2 HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        answer = read_until(sock, b"never")
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"Content-Type: text/xml\r\n" in head + b"\r\n"
    assert xmlrpc.client.loads(content)[0] == (3,)


def test_implicit_tls(serve: Serve) -> None:
    sandbox = serve(xmlrpc={"tls": "implicit"})
    context = sandbox.call(lambda running: running.authority.client_context())
    port = sandbox.endpoint("xmlrpc").port
    with ServerProxy(f"https://localhost:{port}", context=context) as server:
        assert server.add(1, 2) == 3


def test_slow_calls_hold_up_nobody(sandbox: BackgroundEngine) -> None:
    def slow(_: int) -> float:
        with proxy(sandbox) as server:
            return server.sleep(0.4)  # type: ignore[return-value]

    slow(0)  # the first client waits until aiohttp is loaded
    began = monotonic()
    with ThreadPoolExecutor(3) as pool:
        sleeping = [pool.submit(slow, number) for number in range(3)]
        with proxy(sandbox) as server:
            assert server.add(1, 2) == 3
        assert not any(call.done() for call in sleeping)
        assert [call.result() for call in sleeping] == [0.4] * 3
    assert monotonic() - began < 0.9, "one after the other they would take 1.2 seconds"


def test_calls_beyond_the_threads_wait_their_turn(serve: Serve) -> None:
    sandbox = serve(xmlrpc={"threads": 1})

    def call(number: int) -> object:
        with proxy(sandbox) as server:
            server.sleep(0.02)
            return server.add(number, 0)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(call, range(4))) == [0, 1, 2, 3]


def test_call_that_outlives_its_time_becomes_a_fault(serve: Serve) -> None:
    sandbox = serve(xmlrpc={"call_timeout": 0.2, "threads": 2})
    calls = [{"methodName": "sleep", "params": [0.15]}] * 100
    with proxy(sandbox) as server:
        with pytest.raises(Fault) as caught:
            server.system.multicall(calls)
        assert caught.value.faultString == "<class 'TimeoutError'>:the call took longer than 0.2 seconds"
        assert server.add(1, 2) == 3
    assert answered(sandbox)[0] == (
        "system.multicall",
        "fault 1: <class 'TimeoutError'>:the call took longer than 0.2 seconds",
    )


def test_multiplying_multicall_is_stopped(serve: Serve) -> None:
    sandbox = serve(xmlrpc={"max_response": 100_000})
    calls = [{"methodName": "echo", "params": ["x" * 1000]}] * 200
    with proxy(sandbox) as server:
        with pytest.raises(Fault, match="the answer has more than 100000 octets"):
            server.system.multicall(calls)
        with pytest.raises(Fault, match="int exceeds XML-RPC limits"):
            server.pow(9, 900_000)


def test_large_request_is_refused(serve: Serve) -> None:
    sandbox = serve(xmlrpc={"max_request": 10_000})
    with proxy(sandbox) as server:
        with pytest.raises(ProtocolError) as caught:
            server.echo("x" * 20_000)
        assert caught.value.errcode == 413
        assert server.echo("x" * 5000) == "x" * 5000


def test_bodies_from_http_listeners(sandbox: BackgroundEngine) -> None:
    async def post() -> list[bytes]:
        posts = sandbox._engine._context.posts.by_type
        return [
            await posts[media_type](request("add", 1, 2), 77)
            for media_type in ("text/xml", "application/xml")
        ]

    answers = sandbox.run(post)
    assert [xmlrpc.client.loads(body)[0] for body in answers] == [(3,), (3,)]
    events = sandbox.call(lambda running: [entry.event for entry in running.journal])
    assert [event.connection for event in events if isinstance(event, Fact)] == [77, 77]


def test_closing_takes_the_handler_back() -> None:
    with BackgroundEngine(Engine.from_mapping({"services": {"xmlrpc": {"port": 0}}})) as sandbox:
        posts = sandbox.call(lambda running: running._context.posts.by_type)
        assert set(posts) == {"text/xml", "application/xml"}
    assert posts == {}


def test_stopping_does_not_wait_for_calls() -> None:
    configuration = {"services": {"xmlrpc": {"port": 0}}}
    with BackgroundEngine(Engine.from_mapping(configuration)) as sandbox, connection(sandbox) as client:
        client.request("POST", "/", request("sleep", 3))
        sandbox.wait_for(lambda entry: isinstance(entry.event, Received))
        began = monotonic()
        sandbox.stop()
        assert monotonic() - began < 1.0
    assert sandbox.leftover == ()


@pytest.mark.parametrize("table", [{"tls": "starttls"}, {"listeners": {"a": {"tls": "starttls"}}}])
def test_there_is_no_starttls(serve: Serve, table: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="Input should be 'none' or 'implicit'"):
        serve(xmlrpc=table)
