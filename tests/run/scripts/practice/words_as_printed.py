"""A list of words as str() makes it; the ports are arguments."""

import ast
import socket
import sys

for port in map(int, sys.argv[1:]):
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(("localhost", port))
    client.send(str(["hello", "world", "zyxwv"]).encode())
    answer = ast.literal_eval(client.recv(4096).decode())
    client.close()
    assert answer[:2] == ["привет", "мир"], (port, answer)
    assert len(answer) == 3
