"""A list of words as JSON; the ports are arguments."""

import json
import socket
import sys

for port in map(int, sys.argv[1:]):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(json.dumps(["hello", "world", "zyxwv"]).encode("utf-8"))
        answer = json.loads(client.recv(4096).decode("utf-8"))
    assert answer[:2] == ["привет", "мир"], (port, answer)
    assert len(answer) == 3
