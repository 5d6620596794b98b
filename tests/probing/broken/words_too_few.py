import json
import socket

server = socket.create_server(("127.0.0.1", 12345))
while True:
    client, address = server.accept()
    try:
        client.send(json.dumps(["?"]).encode() if client.recv(1024)[:1] == b"[" else b"")
    except OSError:
        pass
    client.close()
