import socket
import time

server = socket.create_server(("127.0.0.1", 5555))
client, address = server.accept()
client.send(client.recv(1024))
client.close()
time.sleep(60)
