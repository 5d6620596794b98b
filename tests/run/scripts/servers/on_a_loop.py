"""A server and its clients on one event loop."""

import asyncio


async def serve(reader, writer):
    writer.write(b"own " + await reader.readline())
    await writer.drain()
    writer.close()


async def ask(name):
    reader, writer = await asyncio.open_connection("127.0.0.1", 8888)
    writer.write(name.encode() + b"\n")
    answer = await reader.read()
    writer.close()
    return answer.decode().strip()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 8888)
    assert await asyncio.gather(ask("one"), ask("two")) == ["own one", "own two"]
    server.close()
    await server.wait_closed()


asyncio.run(main())
