import base64
import json
import socket

text = json.dumps({"filename": "a.png", "filedata": base64.b64encode(bytes(30000)).decode()})
server = socket.create_server(("192.168.0.102", 5566))
while True:
    client, address = server.accept()
    client.send(text.encode()[:20000])
    client.close()
