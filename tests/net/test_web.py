"""aiohttp behind the tap: header fields, bad requests, half-closed clients, failures."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import StreamReader, web

from sandbox.journal import Crashed, Journal, Received
from sandbox.net.authority import Authority
from sandbox.net.network import Network
from sandbox.net.web import WebEngine
from sandbox.net.web_protocol import hand_over
from sandbox.sansio import Actions, Close, Core, Send
from sandbox.settings.models import Binding, Limits


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    made = Network(Journal(), Authority(tmp_path))
    yield made
    await made.close()


async def ask(
    network: Network,
    engine: WebEngine,
    request: bytes,
    *,
    half_close: bool = False,
    limits: Limits = Limits(),  # noqa: B008 — frozen
) -> bytes:
    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    endpoint = await network.listen("http", binding, limits, lambda _: engine.protocol())
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    writer.write(request)
    if half_close:
        writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()
        await writer.wait_closed()
        await engine.close()


async def hello(request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(0)
    return web.Response(text=(await request.read()).decode() or "hello")


async def test_a_half_closed_client_gets_its_answer(network: Network) -> None:
    answer = await ask(network, WebEngine(hello), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", half_close=True)
    assert answer.endswith(b"\r\n\r\nhello")


async def test_a_half_closed_client_gets_the_answer_to_its_body(network: Network) -> None:
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
    assert (await ask(network, WebEngine(hello), request, half_close=True)).endswith(b"\r\n\r\nbody")


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 9\r\n\r\nbo", b"Transfer-Encoding: chunked\r\n\r\n5\r\nbo"]
)
async def test_a_client_that_ends_within_its_body_gets_none(network: Network, framing: bytes) -> None:
    request = b"POST / HTTP/1.1\r\nHost: a\r\n" + framing
    assert await ask(network, WebEngine(hello), request, half_close=True) == b""
    assert not [entry for entry in network.journal if isinstance(entry.event, Crashed)]


async def test_a_body_that_breaks_is_told_to_whoever_waits_for_it(network: Network) -> None:
    told: list[str] = []

    async def reading(request: web.BaseRequest) -> web.StreamResponse:
        try:
            await request.read()
        except web.RequestPayloadError as error:
            told.append(str(error))
        return web.Response(text="enough")

    engine = WebEngine(reading)
    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    endpoint = await network.listen("http", binding, Limits(), lambda _: engine.protocol())
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    while not any(isinstance(entry.event, Received) for entry in network.journal):
        await asyncio.sleep(0)
    writer.write(b"no chunk\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    await writer.wait_closed()
    await engine.close()
    assert told == ["the body is broken"]
    assert answer.endswith(b"enough")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_a_body_that_breaks_while_its_reader_is_being_woken_is_told_to_it(network: Network) -> None:
    reading = asyncio.Event()

    async def read(request: web.BaseRequest) -> web.StreamResponse:
        reading.set()
        try:
            await request.read()
        except web.RequestPayloadError as error:
            return web.Response(status=400, text=str(error))
        return web.Response()

    engine = WebEngine(read)
    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    endpoint = await network.listen("http", binding, Limits(), lambda _: engine.protocol())
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello")
    await asyncio.wait_for(reading.wait(), 5)
    writer.write(b"\r\nzz\r\n")
    assert await asyncio.wait_for(reader.readline(), 5) == b"HTTP/1.1 400 Bad Request\r\n"
    writer.close()
    await writer.wait_closed()
    await engine.close()


async def slow(request: web.BaseRequest) -> web.StreamResponse:
    await request.read()
    await asyncio.sleep(0.3)
    return web.Response(text="at last")


@pytest.mark.parametrize(
    ("request_", "answered"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", True),
        (b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nab", False),
    ],
)
async def test_who_waits_for_an_answer_is_not_idle(network: Network, request_: bytes, answered: bool) -> None:
    answer = await ask(network, WebEngine(slow), request_, limits=Limits(idle_timeout=0.1))
    assert answer.endswith(b"at last") == answered


async def test_a_packed_body_is_unpacked_in_small_pieces(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them is all of the work that is done in one go."""
    pieces: list[int] = []
    readany = StreamReader.readany

    async def counted(reader: StreamReader) -> bytes:
        piece = await readany(reader)
        pieces.append(len(piece))
        return piece

    monkeypatch.setattr(StreamReader, "readany", counted)

    async def length(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=str(len(await request.read())))

    packed = gzip.compress(bytes(8_000_000))
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    answer = await ask(network, WebEngine(length, body=64_000_000), head % len(packed) + packed)
    assert answer.endswith(b"\r\n\r\n8000000")
    assert sum(pieces) == 8_000_000
    assert max(pieces) <= 1_000_000


async def test_every_answer_passes_prepare(network: Network) -> None:
    async def stream(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"streamed")
        return response

    def prepare(request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers["Server"] = f"mine for {request.method}"

    answer = await ask(network, WebEngine(stream, prepare=prepare), b"GET / HTTP/1.0\r\n\r\n")
    assert b"\r\nServer: mine for GET\r\n" in answer
    assert answer.endswith(b"streamed")


async def test_an_unknown_method_is_not_implemented(network: Network) -> None:
    answer = await ask(network, WebEngine(hello), b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 501 Not Implemented\r\n")


async def test_what_is_no_request_is_refused_in_our_words(network: Network) -> None:
    told: list[tuple[int, str]] = []

    def refuse(request: web.BaseRequest, status: int, reason: str) -> web.StreamResponse:
        told.append((status, reason))
        return web.Response(status=status, text="our words")

    answer = await ask(network, WebEngine(hello, refuse=refuse), b"GET / HTTP/1.1\r\nbad header\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert answer.endswith(b"our words")
    assert [status for status, _ in told] == [400]


async def test_a_failure_within_the_answer_is_a_crash_on_the_timeline(network: Network) -> None:
    async def broken(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()  # which HTTP/1.0 does not have
        return response

    await ask(network, WebEngine(broken), b"GET / HTTP/1.0\r\n\r\n")
    crashes = [entry.event for entry in network.journal if isinstance(entry.event, Crashed)]
    assert len(crashes) == 1
    assert crashes[0].connection == 1
    assert "chunked" in crashes[0].traceback


async def test_closing_twice_and_before_the_first_client_is_harmless() -> None:
    engine = WebEngine(hello)
    await engine.close()
    await engine.close()


async def test_a_connection_that_was_handed_over_leaves_nothing_behind(network: Network) -> None:
    """aiohttp's task, its timer and its record of the connection end with the request that handed over."""
    before = asyncio.all_tasks()

    class Said(Core):
        def receive(self, data: bytes) -> Actions:
            return (Send(b"<" + data + b">"), Close())

    async def handing_over(request: web.BaseRequest) -> web.StreamResponse:
        response = web.Response()
        await response.prepare(request)
        await response.write_eof()
        hand_over(request, network, "inner", "main")
        return response

    engine = WebEngine(handing_over)
    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    await network.listen_core("inner", binding, Limits(), lambda _: Said())
    endpoint = await network.listen("http", binding, Limits(), lambda _: engine.protocol())
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    writer.write(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")
    assert b" 200 OK\r\n" in await reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(5):
        while engine._server.connections or asyncio.all_tasks() != before:
            await asyncio.sleep(0)
    writer.write(b"still here")
    assert await reader.read() == b"<still here>"
    writer.close()
    await writer.wait_closed()
    await engine.close()
    assert not [entry for entry in network.journal if isinstance(entry.event, Crashed)]


@pytest.mark.parametrize("cut", [True, False])
async def test_octets_behind_the_head_are_handed_over(network: Network, cut: bool) -> None:
    class Echo(Core):
        def receive(self, data: bytes) -> Actions:
            return (Send(data),)

    entered, go_on = asyncio.Event(), asyncio.Event()

    async def handing_over(request: web.BaseRequest) -> web.StreamResponse:
        entered.set()
        await go_on.wait()
        response = web.Response()
        await response.prepare(request)
        await response.write_eof()
        hand_over(request, network, "inner", "main")
        return response

    engine = WebEngine(handing_over)
    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    await network.listen_core("inner", binding, Limits(), lambda _: Echo())
    endpoint = await network.listen("http", binding, Limits(), lambda _: engine.protocol())
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    data = bytes(range(256)) * 4000  # more than is read while nobody wants it
    writer.write(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n" + (b"" if cut else data))
    await entered.wait()
    writer.write(data if cut else b"")
    go_on.set()
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(len(data)) == data
    writer.close()
    await writer.wait_closed()
    await engine.close()
