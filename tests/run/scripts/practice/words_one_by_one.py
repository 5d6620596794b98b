"""One word for each message, all on one connection, and each on its own; the ports are arguments."""

import socket
import sys

DICTIONARY = {"hello": "привет", "world": "мир", "cat": "кошка"}

for port in map(int, sys.argv[1:]):
    with socket.create_connection(("localhost", port)) as client:
        for word, translation in DICTIONARY.items():
            client.sendall(word.encode("utf-8"))
            answer = client.recv(1024).decode("utf-8")
            assert answer == translation, (port, answer)
    for word, translation in DICTIONARY.items():
        with socket.create_connection(("localhost", port)) as client:
            client.sendall(word.encode("utf-8"))
            assert client.recv(1024).decode("utf-8") == translation
