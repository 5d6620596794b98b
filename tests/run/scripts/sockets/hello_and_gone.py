"""A greeting goes out, and nobody waits for the answer."""

import socket

client = socket.socket()
client.connect(("localhost", 5000))
client.sendall(b"Hello, server!")
client.close()
