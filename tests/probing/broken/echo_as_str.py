import socket

server = socket.create_server(("127.0.0.1", 5555))
while True:
    client, address = server.accept()
    client.send(str(client.recv(1024)).encode())
    client.close()
