"""A connected datagram socket, and one on another family."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.connect(("localhost", 9999))
    client.send(b"louder\n")
    assert client.recv(1024).strip() == b"LOUDER"
    client.send(b"as it is")
    assert client.recv(1024) == b"as it is"
    assert client.getpeername()[0] == "127.0.0.1"
