"""A greeting goes out, a greeting comes back."""

import socket

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("localhost", 5000))
client.sendall("Hello, server!".encode())
assert client.recv(1024).decode() == "Hello, client!"
client.close()
