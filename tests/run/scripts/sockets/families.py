"""By name, by IPv6, by every address that getaddrinfo tells, and without blocking."""

import errno
import select
import socket


def asked(client):
    client.sendall(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")
    with client, client.makefile("rb") as answer:
        return answer.readline().endswith(b"200 OK\r\n")


assert asked(socket.create_connection(("example.com", 80), timeout=10))

for family, kind, protocol, _, address in socket.getaddrinfo("example.com", "http", type=socket.SOCK_STREAM):
    client = socket.socket(family, kind, protocol)
    client.connect(address)
    assert asked(client)

address = socket.getaddrinfo("example.com", 80, socket.AF_INET6, socket.SOCK_STREAM)[0][4]
client = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
client.connect(address)
assert asked(client)

client = socket.socket()
client.setblocking(False)
assert client.connect_ex(("93.184.216.34", 80)) in (0, errno.EINPROGRESS)
assert select.select([], [client], [], 10)[1]
assert client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
client.setblocking(True)
assert asked(client)
