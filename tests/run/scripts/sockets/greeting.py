"""The server speaks first."""

import socket

client = socket.socket()
client.connect(("127.0.0.1", 12345))
assert client.recv(1024).decode() == "Thank you for the connection"
client.close()
