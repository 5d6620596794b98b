"""A picture as JSON, read to the end; it shares its address with the time."""

import base64
import json
import socket

client = socket.socket()
client.connect(("192.168.0.102", 5566))
received = b""
while True:
    data = client.recv(1024)
    if not data:
        break
    received += data
client.close()
document = json.loads(received.decode("utf-8"))
assert document["filename"]
assert base64.b64decode(document["filedata"]).startswith(b"\x89PNG")
