"""A message without a line end to a port that serves pages as well."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect(("localhost", 8080))
    client.send(b"Hello, server!")
    assert client.recv(1024)
