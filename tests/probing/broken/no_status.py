import socket

server = socket.create_server(("127.0.0.1", 8000))
while True:
    client, address = server.accept()
    client.recv(1024)
    client.sendall(b"<h1>Hello world</h1>")
    client.close()
