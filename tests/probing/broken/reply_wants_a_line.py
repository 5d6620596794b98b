import socket

server = socket.create_server(("localhost", 5000))
while True:
    client, address = server.accept()
    if client.makefile().readline():
        client.sendall(b"Hello, client!")
    client.close()
