import socket
from datetime import datetime

now = str(datetime.now().replace(microsecond=4711))
server = socket.create_server(("192.168.0.102", 5566))
while True:
    client, address = server.accept()
    client.send(now.encode())
    client.close()
