import base64
import json
import socket
import threading

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1200


def hand_out(client):
    with client:
        text = json.dumps({"filename": "guido.png", "filedata": base64.b64encode(PICTURE).decode()})
        client.sendall(text.encode())


server = socket.socket()
server.bind(("192.168.0.102", 5566))
server.listen(512)
while True:
    connection, address = server.accept()
    threading.Thread(target=hand_out, args=(connection,)).start()
