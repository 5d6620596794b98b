"""Everything that uvloop's loop opens."""

import asyncio
import json
import ssl
import subprocess
import sys
from typing import Any

import aiohttp
import anyio
import uvloop

ASK = b"GET / HTTP/1.0\r\nHost: www.python.org\r\n\r\n"
RESULTS: dict[str, Any] = {}


class Once(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received.set_result([data.decode(), *addr])

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


class Upper(asyncio.DatagramProtocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data.upper(), addr)


async def streams() -> None:
    for name, port, context in (("TCP", 80, None), ("TLS", 443, ssl.create_default_context())):
        reader, writer = await asyncio.open_connection("www.python.org", port, ssl=context)
        writer.write(ASK)
        RESULTS[name] = (await reader.read(12)).decode()
        writer.close()
        await writer.wait_closed()
    for host, port in (("name.invalid", 80), ("www.python.org", 4711)):
        try:
            await asyncio.open_connection(host, port)
        except OSError as error:
            RESULTS[f"{host}:{port}"] = type(error).__name__


async def datagrams() -> None:
    loop = asyncio.get_running_loop()
    for name, where, data, target in (
        ("UDP", {"remote_addr": ("udp.example.com", 7)}, b"hello", None),
        ("UDP to an address", {"local_addr": ("127.0.0.1", 0)}, b"hello", ("192.0.2.7", 7)),
    ):
        transport, protocol = await loop.create_datagram_endpoint(Once, **where)
        transport.sendto(data, target)
        RESULTS[name] = await asyncio.wait_for(protocol.received, 5)
        transport.close()
        await protocol.lost
    server, _ = await loop.create_datagram_endpoint(Upper, local_addr=("127.0.0.1", 12345))
    transport, protocol = await loop.create_datagram_endpoint(Once, remote_addr=("127.0.0.1", 12345))
    transport.sendto(b"mine")
    RESULTS["UDP server"] = await asyncio.wait_for(protocol.received, 5)
    transport.abort()
    server.close()


async def server() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"mine")
        writer.close()

    async with await asyncio.start_server(greet, "192.168.0.102", 25) as mine:
        RESULTS["server's address"] = mine.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection("192.168.0.102", 25)
        RESULTS["server"] = (await reader.read()).decode()
        writer.close()


async def libraries() -> None:
    async with aiohttp.ClientSession() as session, session.get("https://www.python.org/") as response:
        RESULTS["aiohttp"] = response.status
    async with await anyio.create_connected_udp_socket("udp.example.com", 7) as udp:
        await udp.send(b"hello")
        RESULTS["anyio's UDP"] = (await udp.receive()).decode()


async def main() -> None:
    loop = asyncio.get_running_loop()
    RESULTS["loop"] = type(loop).__module__
    await streams()
    await datagrams()
    await server()
    await libraries()
    RESULTS["looked up"] = [info[4] for info in await loop.getaddrinfo("127.0.0.1", 80, type=1)]
    RESULTS["named"] = await loop.getnameinfo(("127.0.0.1", 80))


if len(sys.argv) > 1:
    uvloop.run(streams())
else:
    uvloop.run(main())
    RESULTS["subprocess"] = json.loads(subprocess.check_output([sys.executable, __file__, "again"]))["TLS"]
print(json.dumps(RESULTS))
