import json
import socket

server = socket.create_server(("192.168.0.102", 5566))
while True:
    client, address = server.accept()
    client.send(json.dumps({"filename": "a.png", "filedata": "%%%"}).encode())
    client.close()
