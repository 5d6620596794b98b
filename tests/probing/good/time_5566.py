from datetime import datetime
from socket import socket

server = socket()
server.bind(("192.168.0.102", 5566))
server.listen(512)
while True:
    client, address = server.accept()
    try:
        client.send(str(datetime.now()).encode())
    except ConnectionError as error:
        print(error)
    client.close()
