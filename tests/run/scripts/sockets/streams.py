"""The same with asyncio: streams, TLS, datagrams."""

import asyncio


async def first_line(port, **options):
    reader, writer = await asyncio.open_connection("www.python.org", port, **options)
    writer.write(b"HEAD / HTTP/1.0\r\nHost: www.python.org\r\n\r\n")
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


class Asking(asyncio.DatagramProtocol):
    def __init__(self):
        self.answer = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, address):
        self.answer.set_result((data, address))


async def main():
    for line in await asyncio.gather(first_line(80), first_line(443, ssl=True)):
        assert b"200 OK" in line
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Asking, remote_addr=("127.0.0.1", 6789))
    transport.sendto(b"ping")
    data, _ = await asyncio.wait_for(protocol.answer, 10)
    assert data == b"ping"
    transport.close()


asyncio.run(main())
