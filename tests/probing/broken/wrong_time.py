import socket

server = socket.create_server(("192.168.0.102", 5566))
while True:
    client, address = server.accept()
    client.send(b"half past seven")
    client.close()
