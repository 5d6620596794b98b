"""One message, one answer, and the end."""

import socket

with socket.create_connection(("localhost", 8888)) as client:
    client.sendall(b"some data\n")
    assert client.makefile("rb").read() == b"Server received your data."
