"""A list of words as a pickle, in every protocol; the ports are arguments."""

import pickle
import socket
import sys

WORDS = ["hello", "world", "zyxwv"]

for port in map(int, sys.argv[1:]):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        client = socket.socket()
        client.connect(("localhost", port))
        client.send(pickle.dumps(WORDS, protocol))
        answer = pickle.loads(client.recv(4096))
        client.close()
        assert answer[:2] == ["привет", "мир"], (port, answer)
        assert len(answer) == 3
