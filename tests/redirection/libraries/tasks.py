"""Clients and servers of asyncio, trio and anyio."""

import asyncio
import json
from typing import Any

import aiohttp
import anyio
import httpx
import trio

SITE = "https://www.python.org/"
ASK = b"GET / HTTP/1.0\r\nHost: www.python.org\r\n\r\n"
RESULTS: dict[str, Any] = {}


async def of_aiohttp() -> None:
    async with aiohttp.ClientSession(trust_env=False) as session, session.get(SITE) as response:
        RESULTS["aiohttp"] = response.status
    asking = aiohttp.TCPConnector(resolver=aiohttp.AsyncResolver(nameservers=["8.8.8.8"]))
    async with aiohttp.ClientSession(connector=asking) as session, session.get(SITE) as response:
        RESULTS["aiohttp that asks a name server"] = response.status


async def of_httpx(loop: str) -> None:
    async with httpx.AsyncClient() as client:
        RESULTS[f"httpx on {loop}"] = (await client.get(SITE)).status_code


async def of_anyio(loop: str) -> None:
    async with await anyio.connect_tcp(
        "www.python.org", 443, tls=True, tls_standard_compatible=False
    ) as stream:
        await stream.send(ASK)
        RESULTS[f"anyio on {loop}"] = (await stream.receive(12)).decode()
    async with await anyio.create_connected_udp_socket("udp.example.com", 7) as udp:
        await udp.send(b"hello")
        RESULTS[f"anyio's UDP on {loop}"] = (await udp.receive()).decode()


async def of_trio() -> None:
    stream = await trio.open_tcp_stream("example.com", 80)
    await stream.send_all(ASK)
    RESULTS["trio"] = (await stream.receive_some(12)).decode()
    await stream.aclose()
    secure = await trio.open_ssl_over_tcp_stream("www.python.org", 443, https_compatible=True)
    await secure.send_all(ASK)
    RESULTS["trio's TLS"] = (await secure.receive_some(12)).decode()
    await secure.aclose()
    with trio.socket.socket(type=trio.socket.SOCK_DGRAM) as udp:
        await udp.sendto(b"hello", ("192.0.2.7", 7))
        data, sender = await udp.recvfrom(100)
        RESULTS["trio's UDP"] = [data.decode(), *sender]
    try:
        await trio.open_tcp_stream("name.invalid", 80)
    except OSError as error:
        RESULTS["trio and no such name"] = type(error).__name__
    await trios_server()


async def trios_server() -> None:
    async def greet(stream: trio.SocketStream) -> None:
        await stream.send_all(b"mine")

    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_tcp, greet, 25)
        client = await trio.open_tcp_stream("localhost", 25)
        RESULTS["trio's server"] = (await client.receive_some(10)).decode()
        await client.aclose()
        nursery.cancel_scope.cancel()


async def on_asyncio() -> None:
    await of_aiohttp()
    await of_httpx("asyncio")
    await of_anyio("asyncio")


async def on_trio() -> None:
    await of_trio()
    await of_httpx("trio")
    await of_anyio("trio")


asyncio.run(on_asyncio())
trio.run(on_trio)
print(json.dumps(RESULTS))
