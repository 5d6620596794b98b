"""Words with a separator between them; the ports are arguments."""

import socket
import sys

for port in map(int, sys.argv[1:]):
    for separator in (",", ", ", " ", "\n", ";"):
        client = socket.socket()
        client.connect(("localhost", port))
        client.send(separator.join(["hello", "world", "zyxwv"]).encode())
        answer = client.recv(4096).decode().split(separator)
        client.close()
        assert answer[:2] == ["привет", "мир"], (port, answer)
        assert len(answer) == 3
