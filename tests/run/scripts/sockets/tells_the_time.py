"""The server tells the time and closes."""

import socket
from datetime import datetime

client = socket.socket()
client.connect(("192.168.0.102", 5566))
told = client.recv(1024).decode("utf-8")
assert client.recv(1024) == b""
client.close()
assert abs((datetime.now() - datetime.strptime(told, "%Y-%m-%d %H:%M:%S.%f")).total_seconds()) < 60

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("localhost", 6789))
told = ""
while True:
    data = client.recv(8)
    if not data:
        break
    told += data.decode()
client.close()
assert datetime.strptime(told, "%Y-%m-%d %H:%M:%S")
