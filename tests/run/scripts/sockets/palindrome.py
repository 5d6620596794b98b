"""An empty host is this machine; what is sent comes back reversed."""

import socket

HOST = ""
PORT = 33333

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((HOST, PORT))
for encoding in ("utf-8", "cp1251"):
    client.send("ПАЛИНДРОМ".encode(encoding))
    assert client.recv(1024).decode(encoding) == "МОРДНИЛАП"
client.close()
